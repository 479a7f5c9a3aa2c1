/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.acpi;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What ACPI tables say about a machine.
 *
 * @param affinities affinity of each vCPU, in index order
 * @param level exception level at which the guest starts: PSCI and SDEI are called by HVC at EL1 and by SMC at EL2
 * @param interrupts whether the devices have interrupt lines
 * @param sdei whether the guest has an SDEI dispatcher above it
 * @param errors where the guest learns of hardware errors; empty for nowhere
 * @param hypervisorVendor the FADT's Hypervisor Vendor Identity, eight characters as a little-endian number; 0 for none
 * @param devices encoded devices ({@link Aml#device}) beside processors and serial port
 * @since 0.1
 */
public record AcpiMachine(
        List<Affinity> affinities,
        ExceptionLevel level,
        boolean interrupts,
        boolean sdei,
        Optional<GenericErrorSource> errors,
        long hypervisorVendor,
        List<byte[]> devices) {
    /** Copies the lists. */
    public AcpiMachine {
        affinities = List.copyOf(affinities);
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(errors, "errors");
        devices = List.copyOf(devices);
    }

    /**
     * Makes the description of a machine without a hypervisor that guests would know, and without further devices.
     *
     * @param affinities affinity of each vCPU, in index order
     * @param level exception level at which the guest starts
     * @param interrupts whether the devices have interrupt lines
     * @param sdei whether the guest has an SDEI dispatcher above it
     * @param errors where the guest learns of hardware errors; empty for nowhere
     */
    public AcpiMachine(
            List<Affinity> affinities,
            ExceptionLevel level,
            boolean interrupts,
            boolean sdei,
            Optional<GenericErrorSource> errors) {
        this(affinities, level, interrupts, sdei, errors, 0, List.of());
    }
}
