/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

/** Entry point of the {@code faultline} command. */
public final class Main {

    private static final int USAGE = 2;

    private Main() {}

    /**
     * Says how the command is used and ends with status 2.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.err.println("usage: faultline COMMAND [OPTION]...");
        System.exit(USAGE);
    }
}
