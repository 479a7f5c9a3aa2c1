/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;

/**
 * HvCallCreatePort (hyperv.md 4.2) for messages and events, in the layout of Linux: what is said about a virtual trust level is
 * 0, and the partition that connects is 0 or the caller itself.
 */
final class CreatePortCall implements Hypercall {
    private static final int CODE = 0x95;
    private static final int BYTES = 56;
    private static final int PORT = 8;
    private static final int LEVELS = 12;
    private static final int CONNECTING = 16;
    private static final int KIND = 24;
    private static final int SOURCE = 32;
    private static final int TARGET = 36;
    private static final int FIRST_FLAG = 40;
    private static final int FLAGS = 42;
    private static final int MESSAGES = 1;
    private static final int EVENTS = 2;
    private static final int ANY_VP = 0xFFFF_FFFF;
    private static final int SELF_VP = 0xFFFF_FFFE;
    private static final CallShape SHAPE =
            CallShape.simple("HvCallCreatePort", CODE, Privilege.CREATE_PORT.bit(), BYTES, 0);

    private final PortTable ports;
    private final int vcpus;

    CreatePortCall(PortTable ports, int vcpus) {
        this.ports = ports;
        this.vcpus = vcpus;
    }

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        int id = call.u32(PORT);
        int kind = call.u32(KIND);
        int source = call.u32(SOURCE);
        int denied = PartitionArgument.check(call.u64(0));
        if (denied == Status.SUCCESS && call.u64(CONNECTING) != 0) {
            denied = PartitionArgument.check(call.u64(CONNECTING));
        }
        if (denied != Status.SUCCESS) {
            return denied;
        }
        if (!Ids.isValid(id)
                || call.u32(LEVELS) != 0
                || kind != MESSAGES && kind != EVENTS
                || source < 0
                || source >= SyntheticInterrupts.SOURCES
                || kind == EVENTS && !hasFlags(call.u16(FIRST_FLAG), call.u16(FLAGS))) {
            return Status.INVALID_PARAMETER;
        }
        int vcpu = target(call);
        if (vcpu != SyntheticInterrupts.ANY_VCPU && (vcpu < 0 || vcpu >= vcpus)) {
            return Status.INVALID_VP_INDEX;
        }
        if (ports.port(id) != null) {
            return Status.OBJECT_IN_USE;
        }
        if (ports.isFull()) {
            return Status.INSUFFICIENT_MEMORY;
        }
        if (kind == MESSAGES) {
            ports.createForMessages(id, vcpu, source);
        } else {
            ports.createForEvents(id, vcpu, source, call.u16(FIRST_FLAG), call.u16(FLAGS));
        }
        return Status.SUCCESS;
    }

    private static boolean hasFlags(int first, int count) {
        return count > 0 && first + count <= SyntheticInterrupts.FLAGS;
    }

    private static int target(Call call) {
        int named = call.u32(TARGET);
        if (named == ANY_VP) {
            return SyntheticInterrupts.ANY_VCPU;
        }
        if (named == SELF_VP) {
            return call.vcpu();
        }
        return named < 0 ? Integer.MAX_VALUE : named;
    }
}
