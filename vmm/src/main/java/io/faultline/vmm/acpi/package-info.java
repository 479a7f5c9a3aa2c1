/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * ACPI tables (ACPI 6.3) of a machine, the little of UEFI that an operating system needs to find them, and the records by
 * which firmware reports hardware errors (UEFI 2.8, appendix N).
 *
 * <p>Each table is a class that lists its fields by offset and size, as the specification does.
 *
 * @since 0.1
 */
package io.faultline.vmm.acpi;
