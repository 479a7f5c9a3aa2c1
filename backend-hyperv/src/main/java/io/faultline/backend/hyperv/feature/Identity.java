/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.hyperv.hypercall.Gate;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterRange.Early;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * What the guest says it is, HvRegisterGuestOsId: one for the partition. Before it has said so, and after it has taken it back,
 * it can do little (hyperv.md 1.9); what it had set up stays.
 *
 * @since 0.1
 */
@Singleton
public final class Identity implements Gate, PartitionPart, RegisterGroup {
    /** Number of the register. */
    public static final int REGISTER = 0x9_0002;

    private final long privileges;
    private long guestOsId;

    @Inject
    Identity(Features features) {
        privileges = features.privileges();
    }

    @Override
    public boolean isOpen() {
        return guestOsId != 0;
    }

    @Override
    public boolean hasPrivilege(int bit) {
        return (privileges >>> bit & 1) != 0;
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(new RegisterRange(REGISTER, REGISTER, Privilege.GUEST_OS_ID.bit(), Early.EVERYTHING, true));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        value.set(guestOsId);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        guestOsId = value.low();
        return Status.SUCCESS;
    }

    @Override
    public String stateName() {
        return "identity";
    }

    @Override
    public void reset() {
        guestOsId = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("guest-os-id", guestOsId);
    }

    @Override
    public void restore(StateReader reader) {
        guestOsId = reader.word("guest-os-id");
    }
}
