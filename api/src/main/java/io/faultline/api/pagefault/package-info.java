/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Asynchronous page faults as the VMM sees them: sources, tickets, decisions, vetoes and counters.
 *
 * <p>Nothing depends on asynchronous handling for correctness: a fault may always be handled synchronously, and a fault
 * that was not announced has exactly one {@link io.faultline.api.pagefault.Veto} that says why.
 *
 * @since 0.1
 */
package io.faultline.api.pagefault;
