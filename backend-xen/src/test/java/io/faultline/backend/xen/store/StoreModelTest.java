/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import static io.faultline.backend.xen.store.MessageType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theAnswersAreThoseOfTheModel(long seed) {
        Random random = new Random(seed);
        StoreGuest guest = new StoreRig().guest;
        Directory live = new Directory();
        Map<Integer, Directory> inside = new TreeMap<>();
        Map<Integer, Boolean> disturbed = new TreeMap<>();
        Map<Integer, Boolean> idle = new TreeMap<>();
        int[] types = {READ, DIRECTORY, WRITE, MKDIR, RM};
        for (int round = 0; round < 4000; round++) {
            int what = random.nextInt(20);
            if (what == 0 && inside.size() < 5) {
                String number = guest.ask(TRANSACTION_START, "|").replace("|", "");
                inside.put(Integer.parseInt(number), live.copy());
                disturbed.put(Integer.parseInt(number), false);
                idle.put(Integer.parseInt(number), true);
            } else if (what == 1 && !inside.isEmpty()) {
                int number = List.copyOf(inside.keySet()).get(random.nextInt(inside.size()));
                boolean commit = random.nextInt(4) > 0;
                String answer = guest.ask(TRANSACTION_END, number, commit ? "T|" : "F|");
                Directory result = inside.remove(number);
                if (!commit || idle.get(number)) {
                    assertEquals("OK|", answer);
                } else if (!disturbed.get(number)) {
                    assertEquals("OK|", answer, "nobody else has changed anything");
                }
                if (commit && !idle.get(number) && answer.equals("OK|") && !disturbed.get(number)) {
                    live = result;
                    disturbed.replaceAll((other, before) -> true);
                } else if (commit && answer.equals("OK|") && !idle.get(number)) {
                    // What it used was left alone by others: what it read is still so, and what it wrote is merged. The
                    // model does not merge; the tree is read back.
                    live = readBack(guest, "data");
                    disturbed.replaceAll((other, before) -> true);
                }
            } else {
                int type = types[random.nextInt(types.length)];
                String path = randomPath(random);
                String value = "v" + round;
                int number = !inside.isEmpty() && random.nextInt(2) == 0
                        ? List.copyOf(inside.keySet()).get(random.nextInt(inside.size()))
                        : 0;
                Directory root = number == 0 ? live : inside.get(number);
                String expected = apply(root, type, path, value);
                String payload = "data/" + path + "|" + (type == WRITE ? value : "");
                assertEquals(expected, guest.ask(type, number, payload), type + " " + payload);
                if (number == 0 && type != READ && type != DIRECTORY) {
                    disturbed.replaceAll((other, before) -> true);
                } else if (number != 0) {
                    idle.put(number, false);
                }
            }
        }
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
