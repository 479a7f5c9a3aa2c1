/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.scenario;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.guest.GuestCpu;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The registers that notifications must keep or change in a defined way, at one instant: X0 to X30, the stack pointers
 * of EL0 and EL1, PC, PSTATE, and the exception registers of EL1. Immutable.
 *
 * @since 0.1
 */
public final class RegisterFile {
    /** The registers of a register file in the order of its text. */
    public static final List<Register> REGISTERS = registers();

    private final Map<Register, Long> values;

    private RegisterFile(Map<Register, Long> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * Reads the registers of a vCPU.
     *
     * @param cpu the vCPU
     * @return its registers now
     */
    public static RegisterFile of(GuestCpu cpu) {
        Map<Register, Long> values = new LinkedHashMap<>();
        for (Register register : REGISTERS) {
            values.put(register, cpu.read(register));
        }
        return new RegisterFile(values);
    }

    /**
     * Returns the value of a register.
     *
     * @param register one of {@link #REGISTERS}
     * @return its value
     * @throws IllegalArgumentException if it is none of them
     */
    public long get(Register register) {
        Long value = values.get(register);
        if (value == null) {
            throw new IllegalArgumentException(register + " is not part of a register file");
        }
        return value;
    }

    /**
     * Makes a copy with another value.
     *
     * @param register one of {@link #REGISTERS}
     * @param value the value
     * @return the copy
     * @throws IllegalArgumentException if it is none of them
     */
    public RegisterFile with(Register register, long value) {
        get(register);
        Map<Register, Long> copy = new LinkedHashMap<>(values);
        copy.put(register, value);
        return new RegisterFile(copy);
    }

    /**
     * Makes a copy with the values that another file has for some registers; for registers that a rule leaves open.
     *
     * @param other where the values come from
     * @param registers which
     * @return the copy
     */
    public RegisterFile withFrom(RegisterFile other, Register... registers) {
        RegisterFile copy = this;
        for (Register register : registers) {
            copy = copy.with(register, other.get(register));
        }
        return copy;
    }

    /**
     * Compares with another file.
     *
     * @param actual the other file
     * @return one clause for each register that differs; empty if none does
     */
    public List<String> differences(RegisterFile actual) {
        List<String> differences = new ArrayList<>();
        for (Register register : REGISTERS) {
            long here = get(register);
            long there = actual.get(register);
            if (here != there) {
                differences.add(register.name() + " " + text(register, here) + " -> " + text(register, there));
            }
        }
        return differences;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RegisterFile file && values.equals(file.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        values.forEach((register, value) -> text.add(register.name() + "=" + text(register, value)));
        return text.toString();
    }

    private static String text(Register register, long value) {
        String hex = String.format(Locale.ROOT, "0x%x", value);
        boolean isState = register == CoreRegister.PSTATE || register == SystemRegister.SPSR_EL1;
        return isState ? hex + " (" + new ProcessorState(value) + ")" : hex;
    }

    private static List<Register> registers() {
        List<Register> registers = new ArrayList<>();
        for (int n = 0; n <= 30; n++) {
            registers.add(CoreRegister.x(n));
        }
        registers.addAll(List.of(
                CoreRegister.SP_EL0,
                CoreRegister.SP_EL1,
                CoreRegister.PC,
                CoreRegister.PSTATE,
                SystemRegister.ELR_EL1,
                SystemRegister.SPSR_EL1,
                SystemRegister.ESR_EL1,
                SystemRegister.FAR_EL1,
                SystemRegister.VBAR_EL1,
                SystemRegister.TPIDR_EL0,
                SystemRegister.TPIDR_EL1));
        return List.copyOf(registers);
    }
}
