/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

/** Numbers of Hyper-V's interface on ARM64 as a guest knows them (hyperv.md 1 to 5). */
final class Hyperv {
    /** X0 of a hypercall by HVC #0. */
    static final long CALL = 0x4600_0001L;

    // Control word
    static final long FAST = 1L << 16;
    static final long NESTED = 1L << 31;
    static final int HEADER_SHIFT = 17;
    static final int COUNT_SHIFT = 32;
    static final int START_SHIFT = 48;

    // Call codes
    static final int GET_PARTITION_ID = 0x46;
    static final int GET = 0x50;
    static final int SET = 0x51;
    static final int POST = 0x5C;
    static final int SIGNAL = 0x5D;
    static final int QUERY_CAPABILITIES = 0x8001;

    // Statuses
    static final int SUCCESS = 0;
    static final int INVALID_CODE = 2;
    static final int INVALID_INPUT = 3;
    static final int INVALID_ALIGNMENT = 4;
    static final int INVALID_PARAMETER = 5;
    static final int ACCESS_DENIED = 6;
    static final int INVALID_VP_INDEX = 0xE;
    static final int INVALID_PORT = 0x11;
    static final int INVALID_CONNECTION = 0x12;
    static final int INSUFFICIENT_BUFFERS = 0x13;
    static final int INVALID_SYNIC_STATE = 0x18;
    static final int UNKNOWN_REGISTER = 0x87;

    // Header of Get and Set
    static final long SELF = -1;
    static final long SELF_VP = 0xFFFF_FFFEL;
    static final int GET_HEADER = 16;
    static final int SET_ELEMENT = 32;

    // Registers
    static final int VERSION = 0x100;
    static final int PRIVILEGES = 0x200;
    static final int FEATURES = 0x201;
    static final int LIMITS = 0x202;
    static final int HARDWARE = 0x203;
    static final int CRASH_P0 = 0x210;
    static final int CRASH_CONTROL = 0x215;
    static final int PROCESSOR_FREQUENCY = 0x240;
    static final int VP_RUNTIME = 0x9_0000;
    static final int GUEST_ID = 0x9_0002;
    static final int VP_INDEX = 0x9_0003;
    static final int TIME = 0x9_0004;
    static final int REFERENCE_TSC = 0x9_0017;
    static final int SINT0 = 0xA_0000;
    static final int SCONTROL = 0xA_0010;
    static final int SVERSION = 0xA_0011;
    static final int SIEFP = 0xA_0012;
    static final int SIMP = 0xA_0013;
    static final int EOM = 0xA_0014;
    static final int TIMER0 = 0xB_0000;

    // Privileges, bits of register 0x200
    static final int ACCESS_RUNTIME = 0;
    static final int ACCESS_COUNTER = 1;
    static final int ACCESS_SYNIC = 2;
    static final int ACCESS_TIMERS = 3;
    static final int ACCESS_VP_INDEX = 6;
    static final int ACCESS_TSC = 9;
    static final int ACCESS_FREQUENCY = 11;
    static final int ACCESS_PARTITION_ID = 33;
    static final int POST_MESSAGES = 36;
    static final int SIGNAL_EVENTS = 37;
    static final int EXTENDED_CALLS = 52;

    // Features, bits of the upper half of register 0x200
    static final int CRASH_REGISTERS = 8;
    static final int POLLING_MODE = 12;
    static final int DIRECT_TIMERS = 13;

    // SINT
    static final long MASKED = 1L << 16;
    static final long AUTO_EOI = 1L << 17;
    static final long POLLING = 1L << 18;
    static final long AS_INTERCEPT = 1L << 19;
    static final long PROXY = 1L << 20;
    static final int SOURCES = 16;

    // SIM and SIEF pages
    static final int PAGE = 4096;
    static final int SLOT = 256;
    static final int PAYLOAD = 240;
    static final int FLAGS = 2048;
    static final int BUFFERS = 16;
    static final int SIZE_AT = 4;
    static final int FLAGS_AT = 5;
    static final int ORIGIN_AT = 8;
    static final int PAYLOAD_AT = 16;

    // Timers
    static final int TIMERS = 4;
    static final int TIMER_EXPIRED = 0x8000_0010;
    static final long TIMER_ENABLE = 1;
    static final long TIMER_PERIODIC = 2;
    static final long TIMER_AUTO = 8;
    static final long TIMER_DIRECT = 1 << 12;
    static final int TIMER_VECTOR_SHIFT = 4;
    static final int TIMER_SINT_SHIFT = 16;

    private Hyperv() {}

    /** The control word of a call with elements. */
    static long control(int code, int count, int start) {
        return code | (long) count << COUNT_SHIFT | (long) start << START_SHIFT;
    }

    /** The control word of a call with elements, in registers. */
    static long fast(int code, int count) {
        return control(code, count, 0) | FAST;
    }

    static int sint(int source) {
        return SINT0 + source;
    }

    static int timerConfig(int timer) {
        return TIMER0 + 2 * timer;
    }

    static int timerCount(int timer) {
        return TIMER0 + 2 * timer + 1;
    }

    /** The value of SIMP or SIEFP that turns the page on at an address. */
    static long on(long address) {
        return address | 1;
    }

    /** How messages name a register. */
    static String name(int register) {
        return "register 0x" + Integer.toHexString(register);
    }
}
