/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.conformance.engine.ProgressListener;
import io.faultline.conformance.rule.Rule;

/** Shows on one line of a terminal how far a run is. Shows nothing when nobody watches. */
final class Progress implements ProgressListener {
    private final Session session;
    private int width;

    Progress(Session session) {
        this.session = session;
    }

    @Override
    public void started(Rule rule, int number, int total) {
        show(number + "/" + total + " " + rule.id());
    }

    /** Removes the line. */
    void clear() {
        show("");
    }

    private void show(String text) {
        if (session.progress()) {
            String blanks = " ".repeat(Math.max(0, width - text.length()));
            session.err().print("\r" + text + blanks + (text.isEmpty() ? "\r" : ""));
            session.err().flush();
            width = text.length();
        }
    }
}
