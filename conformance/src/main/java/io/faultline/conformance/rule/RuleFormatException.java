/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

import java.io.Serial;

/**
 * A rule file is wrong. The message begins with file and line.
 *
 * @since 0.1
 */
public final class RuleFormatException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param file name of the file
     * @param line number of the line, from 1
     * @param problem what is wrong and what to do
     */
    public RuleFormatException(String file, int line, String problem) {
        super(file + ":" + line + ": " + problem);
    }
}
