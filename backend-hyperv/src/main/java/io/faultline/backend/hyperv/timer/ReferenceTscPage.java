/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.overlay.OverlayFrames;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.overlay.OverlayPage;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The page by which a guest computes reference time from CNTVCT_EL0 without a hypercall: HvRegisterReferenceTsc and
 * HvRegisterReferenceTscSequence (hyperv.md 5.3).
 *
 * <p>Writing the register so that the page is enabled writes the page, with another sequence than before. The sequence is the
 * hypervisor's own: what a guest writes into the page changes nothing but what it reads there.
 *
 * @since 0.1
 */
@Singleton
public final class ReferenceTscPage implements PartitionPart, RegisterGroup {
    /** Number of the register that says where the page is. */
    public static final int REGISTER = 0x9_0017;
    /** Number of the register with the present sequence. */
    public static final int SEQUENCE = 0x9_001A;
    /** Offset of the sequence in the page, 4 bytes. */
    public static final int SEQUENCE_AT = 0;
    /** Offset of the scale in the page, 8 bytes. */
    public static final int SCALE_AT = 8;
    /** Offset of the offset in the page, 8 bytes. */
    public static final int OFFSET_AT = 16;

    private static final int INVALID = 0;

    private final OverlayPage page;
    private final TscParameters parameters;
    /** The last one in use. */
    private int sequence;

    @Inject
    ReferenceTscPage(OverlayFrames frames, OverlayMap map, TscParameters parameters) {
        this.page = new OverlayPage("page", frames.referenceTsc(), map);
        this.parameters = parameters;
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        int privilege = Privilege.REFERENCE_TSC.bit();
        return List.of(
                RegisterRange.readWrite(REGISTER, REGISTER, privilege),
                RegisterRange.readOnly(SEQUENCE, SEQUENCE, privilege));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        if (name == SEQUENCE) {
            value.set(page.isEnabled() ? Integer.toUnsignedLong(sequence) : INVALID);
        } else {
            value.set(page.register());
        }
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        if (name == SEQUENCE) {
            return Status.INVALID_PARAMETER;
        }
        int status = page.write(value.low());
        if (status == Status.SUCCESS && page.isEnabled()) {
            sequence = parameters.next(sequence);
            page.frame().store32(SEQUENCE_AT, INVALID);
            page.frame().store64(SCALE_AT, parameters.scale());
            page.frame().store64(OFFSET_AT, parameters.offset());
            page.frame().store32(SEQUENCE_AT, sequence);
        }
        return status;
    }

    @Override
    public String stateName() {
        return "reference-tsc";
    }

    @Override
    public void reset() {
        page.reset();
        sequence = INVALID;
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(page);
        writer.word("sequence", Integer.toUnsignedLong(sequence));
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(page);
        long saved = reader.word("sequence", INVALID, 0xFFFF_FFFEL);
        if (page.isEnabled() && saved == INVALID) {
            throw reader.invalid("sequence", "is 0, which no page that is enabled has");
        }
        sequence = (int) saved;
    }
}
