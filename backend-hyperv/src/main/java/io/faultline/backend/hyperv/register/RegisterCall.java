/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.register;

import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;

/**
 * HvCallGetVpRegisters and HvCallSetVpRegisters (hyperv.md 1.8): a header that says whose registers, and a list.
 *
 * @since 0.1
 */
public final class RegisterCall implements Hypercall {
    /** Call code of HvCallGetVpRegisters. */
    public static final int GET = 0x50;
    /** Call code of HvCallSetVpRegisters. */
    public static final int SET = 0x51;
    /** The caller's partition. */
    public static final long SELF_PARTITION = -1;
    /** The caller's vCPU. */
    public static final int SELF_VP = 0xFFFF_FFFE;

    private static final int HEADER_BYTES = 16;
    private static final int NAME_BYTES = 4;
    private static final int PAIR_BYTES = 32;
    private static final int VALUE_BYTES = 16;
    private static final int VP_AT = 8;
    private static final int VTL_AT = 12;
    private static final int VALUE_AT = 16;
    private static final int VTL_RESERVED = 0xE0;
    private static final int VTL_USED = 0x10;
    private static final int VTL = 0xF;

    private static final CallShape GET_SHAPE = CallShape.list(
                    "HvCallGetVpRegisters", GET, Privilege.VP_REGISTERS.bit(), HEADER_BYTES, NAME_BYTES, VALUE_BYTES)
            .whenever();
    private static final CallShape SET_SHAPE = CallShape.list(
                    "HvCallSetVpRegisters", SET, Privilege.VP_REGISTERS.bit(), HEADER_BYTES, PAIR_BYTES, 0)
            .whenever();

    private final Registers registers;
    private final OtherVcpus others;
    private final int vcpus;
    private final boolean isSet;
    private final RegisterValue value = new RegisterValue();

    private RegisterCall(Registers registers, OtherVcpus others, int vcpus, boolean isSet) {
        this.registers = registers;
        this.others = others;
        this.vcpus = vcpus;
        this.isSet = isSet;
    }

    /**
     * Makes HvCallGetVpRegisters.
     *
     * @param registers the registers
     * @param others whether a vCPU may name another one of its partition
     * @param vcpus number of vCPUs
     * @return the call
     */
    public static RegisterCall get(Registers registers, OtherVcpus others, int vcpus) {
        return new RegisterCall(registers, others, vcpus, false);
    }

    /**
     * Makes HvCallSetVpRegisters.
     *
     * @param registers the registers
     * @param others whether a vCPU may name another one of its partition
     * @param vcpus number of vCPUs
     * @return the call
     */
    public static RegisterCall set(Registers registers, OtherVcpus others, int vcpus) {
        return new RegisterCall(registers, others, vcpus, true);
    }

    @Override
    public CallShape shape() {
        return isSet ? SET_SHAPE : GET_SHAPE;
    }

    @Override
    public int execute(Call call) {
        int status = whose(call);
        if (status != Status.SUCCESS) {
            return status;
        }
        int named = call.u32(VP_AT);
        int vcpu = named == SELF_VP ? call.vcpu() : named;
        int at = call.elementAt();
        int name = call.u32(at);
        if (isSet) {
            value.set(call.u64(at + VALUE_AT), call.u64(at + VALUE_AT + Long.BYTES));
            return registers.write(vcpu, name, value);
        }
        status = registers.read(vcpu, name, value);
        if (status == Status.SUCCESS) {
            call.put64(0, value.low());
            call.put64(Long.BYTES, value.high());
        }
        return status;
    }

    private int whose(Call call) {
        int vtl = call.u8(VTL_AT);
        if ((vtl & VTL_RESERVED) != 0) {
            return Status.INVALID_PARAMETER;
        }
        boolean isHigher = (vtl & VTL_USED) != 0 && (vtl & VTL) != 0;
        if (call.u64(0) != SELF_PARTITION || isHigher) {
            return Status.ACCESS_DENIED;
        }
        int vcpu = call.u32(VP_AT);
        if (vcpu == SELF_VP || vcpu == call.vcpu()) {
            return Status.SUCCESS;
        }
        if (Integer.compareUnsigned(vcpu, vcpus) >= 0) {
            return Status.INVALID_VP_INDEX;
        }
        return others == OtherVcpus.ALLOWED ? Status.SUCCESS : Status.ACCESS_DENIED;
    }
}
