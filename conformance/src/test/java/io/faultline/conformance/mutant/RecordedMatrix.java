/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.conformance.engine.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A kill matrix that is written to {@code target}, and whose collateral is recorded anew with {@code -Dfaultline.record=true}.
 * With {@code -Dfaultline.mutants=<regular expression>} only some mutants are run.
 */
final class RecordedMatrix {
    private static final Path RECORDS = Path.of("src/test/resources/io/faultline/conformance/mutant");
    private static final String SOME = System.getProperty("faultline.mutants", "");

    private RecordedMatrix() {}

    /**
     * Runs mutants.
     *
     * @param test who runs them
     * @param prefix how the names of the files begin
     * @param mutants all of them
     * @param options the rules that a mutant meets
     */
    static KillMatrix of(Class<?> test, String prefix, List<Mutant> mutants, Function<Mutant, RunOptions> options)
            throws IOException {
        List<KillMatrix.Row> rows =
                mutants.stream().filter(mutant -> SOME.isEmpty() || mutant.id().matches(SOME)).toList().parallelStream()
                        .flatMap(mutant -> KillMatrix.run(List.of(mutant), options.apply(mutant)).rows().stream())
                        .toList();
        KillMatrix matrix = new KillMatrix(rows);
        Path target = file(prefix);
        Files.createDirectories(target.getParent());
        Files.writeString(target, matrix.render());
        if (Boolean.getBoolean("faultline.record")) {
            Files.createDirectories(RECORDS);
            Files.writeString(RECORDS.resolve(prefix + "collateral.txt"), record(test, rows));
        }
        return matrix;
    }

    /** Where the matrix is. */
    static Path file(String prefix) {
        return Path.of("target/" + prefix + "kill-matrix.txt");
    }

    private static String record(Class<?> test, List<KillMatrix.Row> rows) {
        StringBuilder text = new StringBuilder("# Written by " + test.getSimpleName()
                + " with -Dfaultline.record=true.\n# mutant: the rules it fails besides the one it is aimed at\n");
        for (KillMatrix.Row row : rows) {
            List<String> collateral = new ArrayList<>(row.failed());
            collateral.remove(row.mutant().rule());
            if (!collateral.isEmpty()) {
                text.append(row.mutant().id())
                        .append(": ")
                        .append(String.join(" ", collateral))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
