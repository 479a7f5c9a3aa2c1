/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.overlay.OverlayPage;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The registers of the synthetic interrupt controllers, and what follows from writing them (hyperv.md 3.1).
 *
 * @since 0.1
 */
@Singleton
public final class Synic implements PartitionPart, RegisterGroup {
    /** Number of SINT0; the others follow. */
    public static final int SINT0 = 0xA_0000;
    /** Number of SCONTROL. */
    public static final int SCONTROL = 0xA_0010;
    /** Number of SVERSION. */
    public static final int SVERSION = 0xA_0011;
    /** Number of SIEFP. */
    public static final int SIEFP = 0xA_0012;
    /** Number of SIMP. */
    public static final int SIMP = 0xA_0013;
    /** Number of EOM. */
    public static final int EOM = 0xA_0014;

    private static final List<RegisterRange> RANGES = List.of(
            RegisterRange.readWrite(SINT0, SCONTROL, Privilege.SYNIC.bit()),
            RegisterRange.readOnly(SVERSION, SVERSION, Privilege.SYNIC.bit()),
            RegisterRange.readWrite(SIEFP, EOM, Privilege.SYNIC.bit()));

    private final Controllers controllers;
    private final StandardMessageQueues queues;
    private final SourceRules rules;
    private final int version;

    @Inject
    Synic(Controllers controllers, StandardMessageQueues queues, SourceRules rules, SynicSettings settings) {
        this.controllers = controllers;
        this.queues = queues;
        this.rules = rules;
        version = settings.version();
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        return RANGES;
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        value.set(
                switch (name) {
                    case SCONTROL -> controllers.control(vcpu);
                    case SVERSION -> version;
                    case SIEFP -> controllers.flags(vcpu).register();
                    case SIMP -> controllers.messages(vcpu).register();
                    case EOM -> 0;
                    default -> controllers.sint(vcpu, name - SINT0);
                });
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        switch (name) {
            case SCONTROL:
                return control(vcpu, value.low());
            case SIEFP:
                return controllers.flags(vcpu).write(value.low());
            case SIMP:
                return messages(vcpu, value.low());
            case EOM:
                queues.endOfMessage(vcpu);
                return Status.SUCCESS;
            default:
                return source(vcpu, name - SINT0, value.low());
        }
    }

    private int control(int vcpu, long value) {
        boolean before = controllers.isOn(vcpu);
        controllers.control(vcpu, value);
        if (!before) {
            queues.enabled(vcpu);
        }
        return Status.SUCCESS;
    }

    private int messages(int vcpu, long value) {
        OverlayPage page = controllers.messages(vcpu);
        boolean before = page.isEnabled();
        int status = page.write(value);
        if (!before) {
            queues.enabled(vcpu);
        }
        return status;
    }

    /** A bad vector leaves the source as it was (HV-057). */
    private int source(int vcpu, int source, long value) {
        if (!rules.isValid(value)) {
            return Status.INVALID_PARAMETER;
        }
        boolean before = Sint.isMasked(controllers.sint(vcpu, source));
        controllers.sint(vcpu, source, value);
        if (before && !Sint.isMasked(value)) {
            queues.unmasked(vcpu, source);
        }
        return Status.SUCCESS;
    }

    @Override
    public String stateName() {
        return "synic";
    }

    @Override
    public void reset() {
        controllers.reset();
    }

    @Override
    public void resetVcpu(int vcpu) {
        controllers.reset(vcpu);
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(controllers);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(controllers);
    }
}
