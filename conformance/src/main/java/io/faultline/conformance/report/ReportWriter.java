/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import io.faultline.conformance.engine.ConformanceReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes reports into a directory: {@code index.html}, {@code report.json} and {@code junit.xml}.
 *
 * @since 0.1
 */
public final class ReportWriter {
    private ReportWriter() {}

    /**
     * Writes the three files, creating the directory if it is not there and replacing files of the same names.
     *
     * @param directory where to
     * @param reports one report for each backend
     * @throws UncheckedIOException if something cannot be written
     */
    public static void write(Path directory, List<ConformanceReport> reports) {
        try {
            Files.createDirectories(directory);
            write(directory.resolve("index.html"), HtmlReport.render(reports));
            write(directory.resolve("report.json"), JsonReport.render(reports));
            write(directory.resolve("junit.xml"), JunitXmlReport.render(reports));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** What a backend put into a message need not be valid text; encoding replaces what is not. */
    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
