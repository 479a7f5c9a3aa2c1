/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The machine that all backends share: its run loop, its memory, its firmware calls and its saved state, and what one kind
 * of hypervisor adds to it.
 *
 * <p>Nothing here knows a kind of hypervisor. A backend implements
 * {@link io.faultline.backend.core.machine.Personality}; it sees the machine as a
 * {@link io.faultline.backend.core.machine.Host}.
 *
 * <p>What a guest meets, whatever the backend:
 *
 * <ul>
 *   <li>A call that nobody knows, and any HVC or SMC with an immediate other than 0, returns NOT_SUPPORTED in X0.
 *   <li>A load or store of one register at an address without memory goes to the VMM; a store to read-only memory does, too.
 *       The distributor and the redistributors are served inside ({@link
 *       io.faultline.backend.core.machine.MachineLayout}). Every other access without memory, instruction fetches
 *       included, is a synchronous external abort of EL1.
 *   <li>A guest whose exception vector cannot be fetched for want of memory cannot go on.
 *   <li>WFI and a PSCI standby wait and are complete when they begin to; WFE never waits.
 *   <li>After SYSTEM_OFF and SYSTEM_RESET every vCPU is off until the VMM resets the machine.
 *   <li>CPU_ON takes effect at once; the interrupt controller of the vCPU keeps its state.
 *   <li>An instruction that takes an exception counts as executed, so that faulting for ever uses up any budget.
 *   <li>Virtual time begins at 0 again when the machine is reset, and is part of saved state. Counters and the number of
 *       retired instructions are not: they go on.
 * </ul>
 *
 * @since 0.1
 */
package io.faultline.backend.core.machine;
