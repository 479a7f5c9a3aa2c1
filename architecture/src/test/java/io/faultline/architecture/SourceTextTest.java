/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What only the text of a source file shows. */
final class SourceTextTest {

    private static final String LICENCE = """
            /*
             * Copyright 2026 The Faultline Authors
             * SPDX-License-Identifier: Apache-2.0
             */
            """;

    /** Split, so that this file does not contain what it looks for. */
    private static final Pattern PROMISE = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final SourceTree TREE = SourceTree.ours();

    /** The formatter puts the licence everywhere but into module-info.java and package-info.java. */
    @Test
    void everySourceFileBeginsWithTheLicence() throws IOException {
        assertEquals(List.of(), filesWhere(text -> !beginsWithTheLicence(text)));
    }

    @Test
    void nothingIsPromisedForLater() throws IOException {
        assertEquals(List.of(), filesWhere(text -> PROMISE.matcher(text).find()));
    }

    @Test
    void bothChecksCanFail() {
        assertTrue(!beginsWithTheLicence("package x;\n" + LICENCE));
        assertTrue(PROMISE.matcher("// TO" + "DO: everything").find());
    }

    private static boolean beginsWithTheLicence(String text) {
        return text.startsWith(LICENCE);
    }

    private interface TextTest {
        boolean on(String text);
    }

    private static List<String> filesWhere(TextTest test) throws IOException {
        List<String> found = new ArrayList<>();
        int read = 0;
        for (SourceTree.Module module : TREE.modules()) {
            for (Path file : Stream.concat(module.mainSources().stream(), module.testSources().stream())
                    .toList()) {
                read++;
                if (test.on(Files.readString(file))) {
                    found.add(TREE.root().relativize(file).toString());
                }
            }
        }
        int files = read;
        assertTrue(files > 100, () -> "only " + files + " source files");
        return found;
    }
}
