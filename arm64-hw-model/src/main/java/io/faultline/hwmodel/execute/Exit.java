/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.execute;

/** Why the interpreter came back. */
public enum Exit {
    /** The instructions it was allowed to execute are executed. */
    BUDGET,
    /** PC is at an instruction that is not the interpreter's business. */
    INSTRUCTION,
    /** PC is at an instruction whose fetch or data access faulted. */
    FAULT
}
