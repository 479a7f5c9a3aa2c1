/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestStep;
import io.faultline.api.notification.Trigger;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A guest of vCPU 0 that uses the Hyper-V-style interface with its own hands (docs/abi/hyperv-async-page-fault.md): registers by
 * hypercall, pages by loads and stores of the vCPU. Interrupts stay masked while it is in its kernel.
 */
final class AssistGuest {
    static final int VECTORS = 0x4_0400;
    static final int ASSIST = 0x9_0013;
    static final int SYNIC_CONTROL = 0xA_0010;
    static final int FLAGS_PAGE = 0xA_0012;
    static final int MESSAGES_PAGE = 0xA_0013;
    static final int END_OF_MESSAGE = 0xA_0014;
    static final int LIMITS = 0xF_A000;
    static final int CONTROL = 0xF_A001;
    static final int SOURCE = 6;

    static final long ENABLE = 1;
    static final long FLAG = 1 << 2;
    static final long VALID = 1;
    static final long SYNCHRONOUS = 2;
    static final long MESSAGE_TYPE = 0x8000_0F00L;
    static final long WAKE_ALL = 0xFFFF_FFFFL;

    static final int SUCCESS = 0;
    static final int INVALID_PARAMETER = 5;
    static final int OPERATION_DENIED = 8;

    private static final int GUEST_OS_ID = 0x9_0002;
    private static final int FIRST_SOURCE = 0xA_0000;
    private static final long MASKED = 1 << 16;
    private static final long OS_ID = 0x80FF_0000_0001_0000L;
    private static final int FUNCTION = 0x4600_0001;
    private static final long FAST_ONE = 1L << 32 | 1L << 16;
    private static final int GET = 0x50;
    private static final int SET = 0x51;
    private static final long SELF_VP = 0xFFFF_FFFEL;

    private static final int STATE = 0x40;
    private static final int CODE = 0x44;
    private static final int TOKEN = 0x48;
    private static final int PHYSICAL = 0x58;
    private static final int TABLE = 0x800;
    private static final int SOURCE_BYTES = 256;
    private static final int PENDING_FLAG = 5;
    private static final int COUNT = 16;
    private static final int TOKENS = 24;
    private static final int LANE = 3;
    private static final int SPURIOUS = 1023;
    private static final long PAGE = 0x1000;

    private final Scenario s;
    private final PagingScene scene;
    private final SteppingGuestCpu cpu;
    private final boolean byFlag;
    private int interrupt;

    private AssistGuest(PagingScene scene, boolean byFlag) {
        this.scene = scene;
        this.byFlag = byFlag;
        s = scene.scenario();
        cpu = scene.cpu();
    }

    /** A guest that has its pages and its interrupt, and has not enabled anything yet. */
    static AssistGuest prepared(PagingScene scene, boolean byFlag) {
        AssistGuest guest = new AssistGuest(scene, byFlag);
        guest.prepare();
        return guest;
    }

    /** A guest that has enabled page faults, the wake-all behind it. */
    static AssistGuest started(Scenario s, boolean byFlag) {
        AssistGuest guest = prepared(PagingScene.offered(s, 1), byFlag);
        guest.enable();
        return guest;
    }

    /** Whether a guest that may choose is to choose event flags. */
    static boolean prefersFlags(Scenario s) {
        return !s.capabilities().has(Capabilities.APF_HYPERV_MESSAGE);
    }

    private void prepare() {
        cpu.interruptsOff();
        cpu.gic().initialise();
        set(GUEST_OS_ID, OS_ID);
        interrupt = (int) (get(LIMITS) >>> 32) & 0xFF;
        cpu.gic().configure(InterruptId.ppi(interrupt), Trigger.EDGE);
        cpu.gic().enable(InterruptId.ppi(interrupt));
        set(VECTORS, cpu.layout().handler(LANE));
        showAssist();
        showPage();
        set(SYNIC_CONTROL, 1);
        unmask();
    }

    void enable() {
        set(CONTROL, control());
        expectReady("after enabling", WAKE_ALL);
    }

    /** The value of the control register that enables page faults. */
    long control() {
        return ENABLE | (byFlag ? FLAG : 0) | (long) SOURCE << 16;
    }

    PagingScene scene() {
        return scene;
    }

    SteppingGuestCpu cpu() {
        return cpu;
    }

    // Registers

    int trySet(int name, long value) {
        return (int) cpu.call(FUNCTION, SET | FAST_ONE, -1, SELF_VP, name, 0, value, 0) & 0xFFFF;
    }

    void set(int name, long value) {
        s.expectEqual(
                "status of setting register " + PagingScene.hex(name) + " to " + PagingScene.hex(value),
                SUCCESS,
                trySet(name, value));
    }

    int tryGet(int name) {
        return (int) cpu.call(FUNCTION, GET | FAST_ONE, -1, SELF_VP, name) & 0xFFFF;
    }

    long get(int name) {
        s.expectEqual("status of getting register " + PagingScene.hex(name), SUCCESS, tryGet(name));
        return cpu.x(6);
    }

    void mask() {
        set(FIRST_SOURCE + SOURCE, MASKED | interrupt);
    }

    void unmask() {
        set(FIRST_SOURCE + SOURCE, interrupt);
    }

    void showAssist() {
        set(ASSIST, assist() | 1);
    }

    void hideAssist() {
        set(ASSIST, 0);
    }

    /** The page that ready comes in. */
    private int pageRegister() {
        return byFlag ? FLAGS_PAGE : MESSAGES_PAGE;
    }

    void showPage() {
        set(pageRegister(), page() | 1);
    }

    void hidePage() {
        set(pageRegister(), 0);
    }

    // Memory

    private long assist() {
        return cpu.layout().wideArea();
    }

    private long page() {
        return assist() + PAGE;
    }

    private long slot() {
        return page() + SOURCE_BYTES * SOURCE;
    }

    long state() {
        return cpu.get(assist() + STATE, AccessWidth.WORD);
    }

    void state(long value) {
        cpu.put(assist() + STATE, AccessWidth.WORD, value);
    }

    /** Number of event flags that are used. */
    int flags() {
        return scene.guest().limits().slots() + 1;
    }

    boolean isSet(int flag) {
        return (cpu.get(flagWord(flag), AccessWidth.DOUBLEWORD) >>> flag & 1) != 0;
    }

    /** The first flag that is set, or -1. */
    int firstFlag() {
        for (int flag = 0; flag < flags(); flag++) {
            if (isSet(flag)) {
                return flag;
            }
        }
        return -1;
    }

    private long flagWord(int flag) {
        return slot() + flag / Long.SIZE * Long.BYTES;
    }

    void setFlag(int flag, boolean value) {
        long word = cpu.get(flagWord(flag), AccessWidth.DOUBLEWORD);
        long bit = 1L << flag;
        cpu.put(flagWord(flag), AccessWidth.DOUBLEWORD, value ? word | bit : word & ~bit);
    }

    long tokenOf(int flag) {
        return cpu.get(assist() + TABLE + 4L * flag, AccessWidth.WORD);
    }

    /** Type of the message in the slot. */
    long type() {
        return cpu.get(slot(), AccessWidth.WORD);
    }

    void empty() {
        cpu.put(slot(), AccessWidth.WORD, 0);
    }

    boolean isMessagePending() {
        return (cpu.get(slot() + PENDING_FLAG, AccessWidth.BYTE) & 1) != 0;
    }

    void endOfMessage() {
        set(END_OF_MESSAGE, 0);
    }

    /** Tokens of the message in the slot. */
    long[] message() {
        s.expectEqual("type of the message", MESSAGE_TYPE, type());
        long[] tokens = new long[(int) cpu.get(slot() + COUNT, AccessWidth.WORD)];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = cpu.get(slot() + TOKENS + 4L * i, AccessWidth.WORD);
        }
        return tokens;
    }

    // Interrupts

    /** Takes and ends the interrupts that are due, although PSTATE masks them; returns how many they were. */
    int takeInterrupts() {
        int taken = 0;
        for (int intid = cpu.gic().acknowledge();
                intid != SPURIOUS;
                intid = cpu.gic().acknowledge()) {
            s.expectEqual("INTID", interrupt, intid);
            cpu.gic().end(intid);
            taken++;
        }
        return taken;
    }

    // Faults

    GuestStep touch(long page) {
        if (!cpu.isAt(ExceptionLevel.EL0)) {
            cpu.enterEl0();
        }
        cpu.x(1, page);
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    /** Touches an absent page from EL0, which has to be announced: the guest is in the handler and has not answered. */
    long expectTold(long page) {
        s.expectDiverted(
                "the access to absent page " + PagingScene.hex(page),
                touch(page),
                cpu.layout().handler(LANE) + 0x400);
        s.expectEqual("state", VALID, state());
        s.expectEqual("code", 1, cpu.get(assist() + CODE, AccessWidth.WORD));
        s.expectEqual("address of the page", page, cpu.get(assist() + PHYSICAL, AccessWidth.DOUBLEWORD));
        return cpu.get(assist() + TOKEN, AccessWidth.DOUBLEWORD);
    }

    /** The same, and the guest goes on in its kernel. */
    long letWait(long page) {
        long token = expectTold(page);
        state(0);
        cpu.jump(cpu.layout().el1());
        return token;
    }

    /** Leaves the handler by going back to the access. */
    GuestStep goBack() {
        cpu.returnTo(cpu.mrs(SystemRegister.ELR_EL1), new ProcessorState(cpu.mrs(SystemRegister.SPSR_EL1)));
        return cpu.load(AccessWidth.DOUBLEWORD, 0, 1);
    }

    void arrive(long page) {
        scene.arrive(page);
    }

    // Ready

    /** Demands one interrupt and exactly these tokens, and consumes them. */
    void expectReady(String when, long... tokens) {
        s.expectRetired("NOP " + when, cpu.settle());
        s.expectEqual("interrupts " + when, 1, takeInterrupts());
        expectTokens(when, tokens);
    }

    /** Demands exactly these tokens, and consumes them. */
    void expectTokens(String when, long... tokens) {
        if (byFlag) {
            expectFlags(when, tokens);
        } else {
            expectMessages(when, tokens);
        }
    }

    private void expectFlags(String when, long... tokens) {
        long[] sorted = tokens.clone();
        Arrays.sort(sorted);
        List<Long> found = new ArrayList<>();
        for (int flag = 0; flag < flags(); flag++) {
            if (isSet(flag)) {
                found.add(tokenOf(flag));
                setFlag(flag, false);
            }
        }
        s.expectEqual(
                "tokens of flags " + when,
                Arrays.stream(sorted).boxed().toList(),
                found.stream().sorted().toList());
    }

    private void expectMessages(String when, long... tokens) {
        List<Long> found = new ArrayList<>();
        for (int i = 0; i <= tokens.length && type() != 0; i++) {
            for (long token : message()) {
                found.add(token);
            }
            empty();
            if (isMessagePending()) {
                endOfMessage();
                takeInterrupts();
            }
        }
        s.expectEqual(
                "tokens of messages " + when, Arrays.stream(tokens).boxed().toList(), found);
    }

    /** Demands that nothing is told. */
    void expectNothing(String when) {
        s.expectRetired("NOP " + when, cpu.settle());
        s.expectEqual("interrupts " + when, 0, takeInterrupts());
        expectTokens(when);
    }
}
