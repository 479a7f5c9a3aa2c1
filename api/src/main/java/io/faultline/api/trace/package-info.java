/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What happened, as values: the trace events of a machine and the sink that receives them.
 *
 * <p>Event names are stable and follow the tracepoints that kernel developers know. A trace is deterministic: the same
 * machine, guest and seed give the same events in the same order.
 *
 * @since 0.1
 */
package io.faultline.api.trace;
