/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.hypercall;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hypercalls of a machine, by either convention (hyperv.md 1).
 *
 * @since 0.1
 */
public final class Hypercalls {
    /** Function identifier of a hypercall by the SMC Calling Convention: the call is in X1. */
    public static final int FUNCTION = 0x4600_0001;
    /** Immediate of a hypercall without function identifier. */
    public static final int TAG = 1;

    private static final int INSTRUCTION_BYTES = 4;
    private static final int ALIGNMENT = 8;
    /** In the place of a result: the guest executes the instruction again. */
    private static final long AGAIN = -1;

    private final CallTable table;
    private final HypercallSettings settings;
    private final Gate gate;
    private final Call[] calls;

    /**
     * Makes the hypercalls.
     *
     * @param host the machine
     * @param calls every call
     * @param decoration what replaces or wraps calls
     * @param settings the choices
     * @param gate what the partition may do
     * @param forbidden which accesses that are not permitted are intercepted
     */
    public Hypercalls(
            Host host,
            List<Hypercall> calls,
            HypercallDecoration decoration,
            HypercallSettings settings,
            Gate gate,
            ForbiddenPages forbidden) {
        table = new CallTable(calls.stream().map(decoration::decorate).toList());
        this.settings = settings;
        this.gate = gate;
        this.calls = new Call[host.vcpuCount()];
        for (int i = 0; i < this.calls.length; i++) {
            this.calls[i] = new Call(host, host.vcpu(i), forbidden);
        }
    }

    /**
     * Carries out what a vCPU asks for.
     *
     * @param vcpu a vCPU in the trap of an HVC
     * @param convention how it asks
     */
    public void call(VirtualProcessor vcpu, Convention convention) {
        Call call = calls[vcpu.index()];
        call.begin();
        long word = vcpu.pe().x(convention.control());
        @Nullable Hypercall handler = table.find(ControlWord.code(word));
        long result = handler == null ? refusal() : admit(call, convention, handler, word);
        if (result != AGAIN) {
            vcpu.pe().x(0, result);
        } else if (call.isLacking() && !call.retryWithPage()) {
            vcpu.pe().x(0, settings.unreadable());
        }
    }

    private long refusal() {
        return gate.isOpen() ? Status.INVALID_HYPERCALL_CODE : settings.gated();
    }

    private long admit(Call call, Convention convention, Hypercall handler, long word) {
        CallShape shape = handler.shape();
        if (!gate.isOpen() && !shape.always()) {
            return settings.gated();
        }
        if (shape.privilege() != CallShape.NO_PRIVILEGE && !gate.hasPrivilege(shape.privilege())) {
            return Status.ACCESS_DENIED;
        }
        int count = ControlWord.count(word);
        int start = ControlWord.start(word);
        boolean isListed = shape.isList() ? start < count : count == 0 && start == 0;
        if (ControlWord.hasReserved(word) || ControlWord.variableHeader(word) != 0 || !isListed) {
            return Status.INVALID_HYPERCALL_INPUT;
        }
        return ControlWord.isFast(word)
                ? inRegisters(call, convention, handler, word)
                : inMemory(call, convention, handler, word);
    }

    private long inRegisters(Call call, Convention convention, Hypercall handler, long word) {
        CallShape shape = handler.shape();
        int count = ControlWord.count(word);
        int input = shape.inputBytes(count);
        int output = shape.outputBytes(count);
        if (shape.inMemory() || Convention.wholePairs(input) + output > Convention.REGISTER_BYTES) {
            return Status.INVALID_HYPERCALL_INPUT;
        }
        if (output > 0 && !gate.hasPrivilege(Privilege.FAST_OUTPUT.bit())) {
            return Status.ACCESS_DENIED;
        }
        call.inputFromRegisters(convention.input(), input);
        if (!shape.isList()) {
            int status = handler.execute(call);
            if (status == Status.SUCCESS && output > 0) {
                call.outputToRegisters(convention.firstOutput(input, output), 0, output);
            }
            return ControlWord.result(status, 0);
        }
        int from = ControlWord.start(word);
        int done = from;
        int status = Status.SUCCESS;
        while (done < count && status == Status.SUCCESS) {
            status = one(call, handler, done);
            done += status == Status.SUCCESS ? 1 : 0;
        }
        if (output > 0 && done > from) {
            // Elements that were not handled leave their registers alone.
            int first = convention.firstOutput(input, output);
            call.outputToRegisters(first, from * shape.output(), done * shape.output());
        }
        if (convention == Convention.SMCCC) {
            call.processor().pe().x(convention.control(), ControlWord.withStart(word, done));
        }
        return ControlWord.result(status, done);
    }

    private static int one(Call call, Hypercall handler, int index) {
        CallShape shape = handler.shape();
        call.element(index, shape.input() + index * shape.element(), index * shape.output());
        return handler.execute(call);
    }

    private long inMemory(Call call, Convention convention, Hypercall handler, long word) {
        CallShape shape = handler.shape();
        int count = ControlWord.count(word);
        int input = shape.inputBytes(count);
        int output = shape.outputBytes(count);
        long inputAddress = call.processor().pe().x(convention.input());
        long outputAddress = call.processor().pe().x(convention.output());
        int misplaced = misplaced(inputAddress, input);
        if (misplaced == Status.SUCCESS) {
            misplaced = misplaced(outputAddress, output);
        }
        if (misplaced != Status.SUCCESS) {
            return misplaced;
        }
        long source = input == 0 ? 0 : call.find(inputAddress, AccessKind.READ);
        long target = output == 0 || source == Stage2.HOLE ? 0 : call.find(outputAddress, AccessKind.WRITE);
        if (source == Stage2.HOLE || target == Stage2.HOLE) {
            return call.isLacking() ? AGAIN : settings.unreadable();
        }
        call.inputFromMemory(source, input);
        if (shape.isList()) {
            return list(call, convention, handler, word, target);
        }
        int status = handler.execute(call);
        if (status == Status.SUCCESS && output > 0) {
            call.outputToMemory(target, 0, output);
        }
        return ControlWord.result(status, 0);
    }

    private int misplaced(long address, int bytes) {
        if (bytes == 0) {
            return Status.SUCCESS;
        }
        if ((address & PageSize.OFFSET_MASK) + bytes > PageSize.BYTES) {
            return settings.straddle();
        }
        return address % ALIGNMENT == 0 ? Status.SUCCESS : Status.INVALID_ALIGNMENT;
    }

    private long list(Call call, Convention convention, Hypercall handler, long word, long target) {
        int bytes = handler.shape().output();
        int count = ControlWord.count(word);
        int done = ControlWord.start(word);
        int end = Math.min(count, done + settings.reps());
        int status = Status.SUCCESS;
        while (done < end && status == Status.SUCCESS) {
            status = one(call, handler, done);
            if (status == Status.SUCCESS) {
                if (bytes > 0) {
                    call.outputToMemory(target, done * bytes, bytes);
                }
                done++;
            }
        }
        boolean isFinished = done == count || status != Status.SUCCESS;
        if (!isFinished || convention == Convention.SMCCC) {
            call.processor().pe().x(convention.control(), ControlWord.withStart(word, done));
        }
        if (!isFinished) {
            call.processor().pe().returnAddress(call.processor().pe().returnAddress() - INSTRUCTION_BYTES);
            return AGAIN;
        }
        return ControlWord.result(status, done);
    }
}
