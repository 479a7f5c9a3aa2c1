/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Words for what keeps a file from being read or written. The JDK's own messages are often only the name of the file. */
final class FileProblem {
    private FileProblem() {}

    /** Makes the error for a file. */
    static CommandFailure of(String what, IOException problem) {
        String reason;
        if (problem instanceof NoSuchFileException) {
            reason = "there is no such file or folder";
        } else if (problem instanceof AccessDeniedException) {
            reason = "permission is denied";
        } else if (problem instanceof FileAlreadyExistsException) {
            reason = "there is a file of that name";
        } else {
            reason = String.valueOf(problem.getMessage());
        }
        return new CommandFailure(ExitStatus.USAGE, what + ": " + reason, problem);
    }
}
