/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Machines and their vCPUs: planned, built, run until something happens, saved and restored.
 *
 * <p>One thread drives a machine: it calls {@link io.faultline.api.machine.Vcpu#run} on one vCPU at a time and looks at
 * why it stopped. Only {@link io.faultline.api.machine.Vcpu#kick()} may be called from other threads.
 *
 * @since 0.1
 */
package io.faultline.api.machine;
