/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Arrays;

/** Registers of the model that are reached by Get and Set (hyperv.md 2.7). */
final class Registers {
    static final int OS_ID = 0x9_0002;
    static final int RUNTIME = 0x9_0000;
    static final int REFERENCE = 0x9_0004;
    static final int REFERENCE_TSC = 0x9_0017;
    static final int SEQUENCE = 0x9_001A;
    static final int ASSIST_PAGE = 0x9_0013;
    static final int SINT = 0xA_0000;
    static final int SCONTROL = 0xA_0010;
    static final int SVERSION = 0xA_0011;
    static final int SIEFP = 0xA_0012;
    static final int SIMP = 0xA_0013;
    static final int EOM = 0xA_0014;

    private static final int CRASH = 0x210;
    private static final int CRASH_CONTROL = 0x215;
    private static final int VECTORS = 0x4_0400;
    private static final int SYNDROME = 0x4_0401;
    private static final int IDLE = 0x250;

    private final Model model;
    private final Model.Choices choices;
    long osId;
    private final long[] crash = new long[5];
    private final long[] vectors;
    private final long[] syndromes;

    Registers(Model model, Model.Choices choices) {
        this.model = model;
        this.choices = choices;
        vectors = new long[model.vcpus];
        syndromes = new long[model.vcpus];
    }

    void reset() {
        osId = 0;
        Arrays.fill(crash, 0);
    }

    void resetVcpu(int vcpu) {
        vectors[vcpu] = 0;
        syndromes[vcpu] = 0;
    }

    long vectors(int vcpu) {
        return vectors[vcpu];
    }

    void syndrome(int vcpu, long value) {
        syndromes[vcpu] = value;
    }

    private boolean isCrash(int name) {
        return !choices.is("crash-registers", "absent") && name >= CRASH && name <= CRASH_CONTROL;
    }

    private static boolean isInformation(int name) {
        return name == 0x100 || name >= 0x200 && name <= 0x209;
    }

    boolean isKnown(int name) {
        return isInformation(name)
                || isCrash(name)
                || name == 0x240
                || name == 0x241
                || name == IDLE
                || name == VECTORS
                || name == SYNDROME
                || name == RUNTIME
                || name == OS_ID
                || name == 0x9_0003
                || name == ASSIST_PAGE
                || name == REFERENCE
                || name == REFERENCE_TSC
                || name == SEQUENCE
                || model.faults.isKnown(name)
                || model.synic.isKnown(name);
    }

    private static int privilege(int name) {
        return switch (name) {
            case RUNTIME -> 0;
            case OS_ID -> 5;
            case 0x9_0003 -> 6;
            case ASSIST_PAGE -> 4;
            case IDLE -> 10;
            case FaultModel.LIMITS, FaultModel.CONTROL -> 2;
            case 0x240, 0x241 -> 11;
            case REFERENCE -> 1;
            case REFERENCE_TSC, SEQUENCE -> 9;
            default -> name >= SINT && name <= 0xA_0015 ? 2 : name >= 0xB_0000 && name < 0xB_0008 ? 3 : -1;
        };
    }

    private boolean isEarly(int name, boolean read) {
        if (isCrash(name) || name == OS_ID || name == VECTORS) {
            return true;
        }
        return read && (name == 0x100 || name >= 0x200 && name <= 0x203 || name == SYNDROME || name == REFERENCE);
    }

    private void admit(Model.Answer answer, int name, boolean read) {
        if (!isKnown(name)) {
            answer.refuse(0x87);
        } else if (!choices.has(privilege(name)) || osId == 0 && !isEarly(name, read)) {
            answer.refuse(6);
        }
    }

    /** Reads a register; false if only the machine knows its value. */
    boolean get(Model.Answer answer, int vcpu, int name, long... value) {
        admit(answer, name, true);
        if (answer.isRefused()) {
            return true;
        }
        switch (name) {
            case OS_ID -> value[0] = osId;
            case CRASH_CONTROL -> value[0] = 3L << 62;
            case VECTORS -> value[0] = vectors[vcpu];
            case 0x9_0003 -> value[0] = vcpu;
            case ASSIST_PAGE -> value[0] = model.overlays[3 * vcpu + Model.ASSIST];
            case REFERENCE_TSC -> value[0] = model.overlays[3 * model.vcpus];
            case SEQUENCE ->
                value[0] = (model.overlays[3 * model.vcpus] & 1) == 0 ? 0 : Integer.toUnsignedLong(model.lastSequence);
            case SYNDROME -> value[0] = syndromes[vcpu];
            case IDLE -> value[0] = 0;
            case FaultModel.LIMITS, FaultModel.CONTROL -> value[0] = model.faults.get(vcpu, name);
            default -> {
                if (isCrash(name)) {
                    value[0] = crash[name - CRASH];
                } else if (isInformation(name)
                        || name == RUNTIME
                        || name == REFERENCE
                        || name == 0x240
                        || name == 0x241) {
                    return false;
                } else {
                    return model.synic.get(vcpu, name, value);
                }
            }
        }
        return true;
    }

    void set(Model.Answer answer, int vcpu, int name, long value) {
        admit(answer, name, false);
        if (isKnown(name) && isReadOnly(name)) {
            answer.refuse(5);
            if (answer.statuses.cardinality() == 1 && name != REFERENCE) {
                answer.refuse(6);
            }
        }
        if (answer.isRefused()) {
            return;
        }
        switch (name) {
            case OS_ID -> osId = value;
            case VECTORS -> {
                if (vectors[vcpu] != 0 && vectors[vcpu] != value) {
                    answer.refuse(6);
                } else {
                    vectors[vcpu] = value;
                }
            }
            case FaultModel.CONTROL -> model.faults.set(answer, vcpu, vectors[vcpu], value);
            case CRASH_CONTROL -> {
                // The VMM hears of it.
            }
            case ASSIST_PAGE -> move(answer, 3 * vcpu + Model.ASSIST, value);
            case REFERENCE_TSC -> {
                move(answer, 3 * model.vcpus, value);
                model.isTscWritten |= !answer.isRefused() && (value & 1) != 0;
            }
            default -> {
                if (isCrash(name)) {
                    crash[name - CRASH] = value;
                } else {
                    model.synic.set(answer, vcpu, name, value);
                }
            }
        }
    }

    private static boolean isReadOnly(int name) {
        return isInformation(name)
                || name == 0x240
                || name == 0x241
                || name == IDLE
                || name == SYNDROME
                || name == RUNTIME
                || name == 0x9_0003
                || name == REFERENCE
                || name == SEQUENCE
                || name == SVERSION
                || name == FaultModel.LIMITS;
    }

    private void move(Model.Answer answer, int overlay, long value) {
        if (!model.move(overlay, value)) {
            answer.refuse(5);
        }
    }
}
