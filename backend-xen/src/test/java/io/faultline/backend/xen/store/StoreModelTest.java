/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import static io.faultline.backend.xen.store.MessageType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random requests against a model that is written differently: directories that contain directories, copied as a whole. */
class StoreModelTest {
    private static final String[] NAMES = {"a", "b", "a-b", "B", "c0"};

    /** A directory of the model. */
    private static final class Directory {
        private final TreeMap<String, Directory> children = new TreeMap<>();
        private String value = "";

        Directory copy() {
            Directory copy = new Directory();
            copy.value = value;
            children.forEach((name, child) -> copy.children.put(name, child.copy()));
            return copy;
        }

        /** The directory at a path, made if it is to be. */
        Directory at(String[] path, int length, boolean make) {
            Directory at = this;
            for (int i = 0; i < length; i++) {
                Directory next = at.children.get(path[i]);
                if (next == null) {
                    if (!make) {
                        return null;
                    }
                    next = new Directory();
                    at.children.put(path[i], next);
                }
                at = next;
            }
            return at;
        }
    }

    private static String apply(Directory root, int type, String path, String value) {
        String[] names = path.isEmpty() ? new String[0] : path.split("/");
        Directory found = root.at(names, names.length, false);
        switch (type) {
            case READ:
                return found == null ? "ENOENT!" : found.value;
            case DIRECTORY:
                return found == null
                        ? "ENOENT!"
                        : found.children.isEmpty() ? "" : String.join("|", found.children.keySet()) + "|";
            case WRITE:
                root.at(names, names.length, true).value = value;
                return "OK|";
            case MKDIR:
                root.at(names, names.length, true);
                return "OK|";
            default:
                Directory above = root.at(names, names.length - 1, false);
                if (above == null) {
                    return "ENOENT!";
                }
                above.children.remove(names[names.length - 1]);
                return "OK|";
        }
    }

    private static String randomPath(Random random) {
        List<String> names = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            names.add(NAMES[random.nextInt(NAMES.length)]);
        }
        return String.join("/", names);
    }

    /** A request, and what the guest was told. */
    private record Step(int type, String path, String value, String answer) {}

    /** A transaction: the tree of its beginning with its changes, and what was done in it. */
    private static final class Open {
        private final int number;
        private final Directory view;
        private final List<Step> steps = new ArrayList<>();
        private boolean disturbed;

        Open(int number, Directory view) {
            this.number = number;
            this.view = view;
        }
    }

    /** A transaction that succeeds could as well have run at its end, without a break. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theAnswersAreThoseOfTheModel(long seed) {
        Random random = new Random(seed);
        StoreGuest guest = new StoreRig().guest;
        Directory live = new Directory();
        List<Open> all = new ArrayList<>();
        int conflicts = 0;
        int merges = 0;
        int[] types = {READ, DIRECTORY, WRITE, MKDIR, RM, READ, WRITE};
        for (int round = 0; round < 5000; round++) {
            int what = random.nextInt(16);
            if (what == 0 && all.size() < 5) {
                String number = guest.ask(TRANSACTION_START, "|").replace("|", "");
                all.add(new Open(Integer.parseInt(number), live.copy()));
            } else if (what == 1 && !all.isEmpty()) {
                Open open = all.remove(random.nextInt(all.size()));
                boolean commit = random.nextInt(4) > 0;
                String answer = guest.ask(TRANSACTION_END, open.number, commit ? "T|" : "F|");
                if (!commit || !open.disturbed) {
                    assertEquals("OK|", answer);
                }
                if (answer.equals("EAGAIN!")) {
                    conflicts++;
                } else if (commit) {
                    for (Step step : open.steps) {
                        assertEquals(step.answer, apply(live, step.type, step.path, step.value), "replayed " + step);
                    }
                    merges += open.disturbed && !open.steps.isEmpty() ? 1 : 0;
                    all.forEach(other -> other.disturbed = true);
                }
            } else {
                int type = types[random.nextInt(types.length)];
                String path = randomPath(random);
                String value = "v" + round;
                Open open = !all.isEmpty() && random.nextInt(2) == 0 ? all.get(random.nextInt(all.size())) : null;
                String expected = apply(open == null ? live : open.view, type, path, value);
                String payload = "data/" + path + "|" + (type == WRITE ? value : "");
                String answer = guest.ask(type, open == null ? 0 : open.number, payload);
                assertEquals(expected, answer, type + " " + payload);
                if (open != null) {
                    open.steps.add(new Step(type, path, value, answer));
                } else {
                    all.forEach(other -> other.disturbed = true);
                }
            }
        }
        assertEquals(text(live), text(readBack(guest, "data")));
        assertTrue(conflicts > 20 && merges > 2, conflicts + " conflicts, " + merges + " merges");
    }

    private static String text(Directory directory) {
        StringBuilder text = new StringBuilder(directory.value);
        directory.children.forEach((name, child) ->
                text.append('[').append(name).append(text(child)).append(']'));
        return text.toString();
    }

    private static Directory readBack(StoreGuest guest, String path) {
        Directory directory = new Directory();
        directory.value = guest.ask(READ, path + "|");
        String names = guest.ask(DIRECTORY, path + "|");
        for (String name : names.isEmpty() ? new String[0] : names.split("\\|")) {
            directory.children.put(name, readBack(guest, path + "/" + name));
        }
        return directory;
    }
}
