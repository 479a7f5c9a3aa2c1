/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Objects;

/**
 * The streams of one run of the command.
 *
 * @param out results and the guest's console
 * @param err everything else
 * @param in what the guest's console receives
 * @param progress whether somebody watches who wants to see progress on {@code err}
 */
record Session(PrintStream out, PrintStream err, InputStream in, boolean progress) {
    Session {
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
        Objects.requireNonNull(in, "in");
    }

    /** Prints one line that is not a result. */
    void note(String text) {
        // One line is one message for whoever reads the output with grep.
        err.println("faultline: " + text.replaceAll("\\s*\\R\\s*", " "));
    }
}
