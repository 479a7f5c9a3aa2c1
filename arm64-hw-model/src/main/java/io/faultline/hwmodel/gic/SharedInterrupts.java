/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;

/**
 * State of the SPIs: INTIDs 32 and up, in words of 32 like the registers. Word 0 belongs to the redistributors.
 *
 * <p>A level-sensitive interrupt is pending while its line is high or its latch (ISPENDR, SETSPI) is set, an edge-triggered
 * one while its latch is set, which a rising line does too. Each goes to the one PE that its route names, or to none.
 */
final class SharedInterrupts implements StateElement {
    /** Number of INTIDs, those of the redistributors included (GICD_TYPER.ITLinesNumber). */
    static final int COUNT = 256;
    /** First SPI. */
    static final int FIRST = 32;

    /** Number of words of 32 INTIDs. */
    static final int WORDS = COUNT / 32;

    private static final long AFFINITY = 0x0000_00FF_00FF_FFFFL;
    private static final int NOBODY = -1;

    private final InterruptController controller;
    private final int[] group = new int[WORDS];
    private final int[] enabled = new int[WORDS];
    private final int[] edge = new int[WORDS];
    private final int[] line = new int[WORDS];
    private final int[] latch = new int[WORDS];
    private final int[] active = new int[WORDS];
    /** Not signalled and not accessible to any PE; follows from the state of whoever diverts, so it is not saved here. */
    private final int[] diverted = new int[WORDS];

    private final byte[] priority = new byte[COUNT];
    private final long[] route = new long[COUNT];
    /** Index of the PE that each route names; derived. */
    private final int[] target = new int[COUNT];

    SharedInterrupts(InterruptController controller) {
        this.controller = controller;
        reset();
    }

    static boolean contains(int intid) {
        return intid >= FIRST && intid < COUNT;
    }

    private static int bit(int intid) {
        return 1 << intid;
    }

    private static int word(int intid) {
        return intid >>> 5;
    }

    void setLevel(int intid, boolean high) {
        int word = word(intid);
        int bit = bit(intid);
        if (high != ((line[word] & bit) != 0)) {
            line[word] ^= bit;
            if (high) {
                latch[word] |= bit & edge[word];
            }
            changed(intid);
        }
    }

    boolean isLineHigh(int intid) {
        return (line[word(intid)] & bit(intid)) != 0;
    }

    int pending(int word) {
        return latch[word] | line[word] & ~edge[word];
    }

    /** Pending, enabled here, and not already active. */
    private int candidates(int word) {
        return pending(word) & enabled[word] & ~active[word] & ~diverted[word];
    }

    /**
     * Returns the interrupt of highest priority for a PE among the enabled groups, the lowest INTID among equals.
     *
     * @param pe index of the PE
     * @param groups one bit for each group that is enabled
     * @param below only priorities below this count
     * @return the INTID, or -1 if there is none
     */
    int highest(int pe, int groups, int below) {
        int best = -1;
        int bestPriority = below;
        for (int word = 1; word < WORDS; word++) {
            for (int left = candidates(word); left != 0; left &= left - 1) {
                int intid = word * 32 + Integer.numberOfTrailingZeros(left);
                int own = priority(intid);
                if (own < bestPriority && target[intid] == pe && (groups >>> group(intid) & 1) != 0) {
                    best = intid;
                    bestPriority = own;
                }
            }
        }
        return best;
    }

    int diverted(int word) {
        return diverted[word];
    }

    boolean isDiverted(int intid) {
        return (diverted[word(intid)] & bit(intid)) != 0;
    }

    void divert(int intid, boolean away) {
        int word = word(intid);
        latch[word] &= ~bit(intid);
        if (!away) {
            enabled[word] &= ~bit(intid);
            group[word] |= bit(intid);
            priority[intid] = (byte) GicIdentity.PRIORITY_MASK;
        }
        diverted(intid, away);
    }

    void diverted(int intid, boolean away) {
        int word = word(intid);
        diverted[word] = away ? diverted[word] | bit(intid) : diverted[word] & ~bit(intid);
        changed(intid);
    }

    boolean isPending(int intid) {
        return (pending(word(intid)) & bit(intid)) != 0;
    }

    boolean isActive(int intid) {
        return (active[word(intid)] & bit(intid)) != 0;
    }

    int group(int intid) {
        return group[word(intid)] >>> intid & 1;
    }

    int priority(int intid) {
        return priority[intid] & 0xFF;
    }

    void activate(int intid) {
        latch[word(intid)] &= ~bit(intid);
        active[word(intid)] |= bit(intid);
        changed(intid);
    }

    void deactivate(int intid) {
        active[word(intid)] &= ~bit(intid);
        changed(intid);
    }

    int groups(int word) {
        return group[word];
    }

    void groups(int word, int value) {
        group[word] = value;
        wordChanged(word);
    }

    int enables(int word) {
        return enabled[word];
    }

    void enables(int word, int value) {
        enabled[word] = value;
        wordChanged(word);
    }

    void latch(int word, int set, int clear) {
        latch[word] = latch[word] & ~clear | set;
        wordChanged(word);
    }

    int actives(int word) {
        return active[word];
    }

    void actives(int word, int value) {
        active[word] = value;
        wordChanged(word);
    }

    int edges(int word) {
        return edge[word];
    }

    void edges(int word, int value) {
        edge[word] = value;
        wordChanged(word);
    }

    void priority(int intid, int value) {
        priority[intid] = (byte) (value & GicIdentity.PRIORITY_MASK);
        changed(intid);
    }

    long route(int intid) {
        return route[intid];
    }

    void route(int intid, long value) {
        int before = target[intid];
        route[intid] = value & AFFINITY;
        target[intid] = controller.find(route[intid]);
        if (before != NOBODY) {
            controller.update(before);
        }
        changed(intid);
    }

    private void changed(int intid) {
        if (target[intid] != NOBODY) {
            controller.update(target[intid]);
        }
        if (isDiverted(intid)) {
            controller.diversion().changed(Diversion.NO_PE, intid);
        }
    }

    private void wordChanged(int word) {
        int previous = NOBODY;
        for (int intid = word * 32; intid < word * 32 + 32; intid++) {
            if (target[intid] != previous) {
                previous = target[intid];
                changed(intid);
            }
        }
    }

    @Override
    public String stateName() {
        return "spi";
    }

    @Override
    public void reset() {
        Arrays.fill(group, 0);
        Arrays.fill(enabled, 0);
        Arrays.fill(edge, 0);
        Arrays.fill(line, 0);
        Arrays.fill(latch, 0);
        Arrays.fill(active, 0);
        Arrays.fill(diverted, 0);
        Arrays.fill(priority, (byte) 0);
        Arrays.fill(route, 0);
        Arrays.fill(target, controller.find(0));
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("group", words(group));
        writer.words("enabled", words(enabled));
        writer.words("edge", words(edge));
        writer.words("line", words(line));
        writer.words("latch", words(latch));
        writer.words("active", words(active));
        writer.bytes("priority", priority);
        writer.words("route", route);
    }

    private static long[] words(int[] values) {
        return Arrays.stream(values).mapToLong(Integer::toUnsignedLong).toArray();
    }

    @Override
    public void restore(StateReader reader) {
        restore(reader, "group", group);
        restore(reader, "enabled", enabled);
        restore(reader, "edge", edge);
        restore(reader, "line", line);
        restore(reader, "latch", latch);
        restore(reader, "active", active);
        byte[] saved = reader.bytes("priority");
        if (saved.length != COUNT) {
            throw reader.invalid("priority", "has " + saved.length + " bytes instead of " + COUNT);
        }
        long[] routes = reader.words("route", COUNT);
        for (int i = 0; i < COUNT; i++) {
            priority[i] = (byte) (saved[i] & GicIdentity.PRIORITY_MASK);
            route[i] = routes[i] & AFFINITY;
            target[i] = controller.find(route[i]);
        }
    }

    private static void restore(StateReader reader, String name, int[] values) {
        long[] saved = reader.words(name, WORDS);
        for (int i = 0; i < WORDS; i++) {
            if (saved[i] >>> 32 != 0) {
                throw reader.invalid(name, "has a word of more than 32 bits");
            }
            values[i] = (int) saved[i];
        }
    }
}
