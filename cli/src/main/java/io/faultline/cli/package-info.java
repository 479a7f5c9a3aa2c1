/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The command line.
 *
 * <p>{@link io.faultline.cli.Main} is the entry point. Scripts rely on the options, on the exit statuses of
 * {@link io.faultline.cli.ExitStatus}, on results being on standard output and everything else on standard error, and on
 * an error being one line.
 */
package io.faultline.cli;
