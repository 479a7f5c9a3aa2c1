/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.memory.GuestMemory;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The lists of pages that a guest shares. How many there are, and how long they are together, is bounded. */
final class GpadlTable implements StateElement {
    /** Most lists. */
    static final int MOST = 1024;

    /** Most words in all lists, announced ones included: 2 MiB. */
    static final int MOST_WORDS = 1 << 18;

    private final GuestMemory memory;
    private final int channels;
    private final TreeMap<Integer, Gpadl> lists = new TreeMap<>();
    private int words;

    GpadlTable(GuestMemory memory, int channels) {
        this.memory = memory;
        this.channels = channels;
    }

    @Nullable
    Gpadl find(int handle) {
        return lists.get(handle);
    }

    boolean hasRoom(int length) {
        return lists.size() < MOST && length <= MOST_WORDS - words;
    }

    void add(Gpadl gpadl) {
        lists.put(gpadl.handle(), gpadl);
        words += gpadl.length();
    }

    void remove(Gpadl gpadl) {
        if (lists.remove(gpadl.handle(), gpadl)) {
            words -= gpadl.length();
        }
    }

    int size() {
        return lists.size();
    }

    @Override
    public String stateName() {
        return "gpadls";
    }

    @Override
    public void reset() {
        lists.clear();
        words = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("count", lists.size());
        int index = 0;
        for (Gpadl gpadl : lists.values()) {
            gpadl.save(writer.section("list." + index));
            index++;
        }
    }

    @Override
    public void restore(StateReader reader) {
        reset();
        int count = reader.integer("count", 0, MOST);
        for (int index = 0; index < count; index++) {
            StateReader section = reader.section("list." + index);
            Gpadl gpadl = Gpadl.restore(section, channels, memory);
            if (lists.containsKey(gpadl.handle()) || !hasRoom(gpadl.length())) {
                throw section.invalid("handle", "is there twice, or the lists are too long together");
            }
            add(gpadl);
        }
    }
}
