/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The ring between the hypervisor and the pager (xen.md 7.2, 7.4). It is memory of the host that no guest can map (XSA-99), but
 * the pager may write anything to it: indices are kept here, and of the ring only the pager's own index is read, and answers.
 *
 * <p>An entry is in use from the request to the answer. Whoever wants to put a request reserves an entry first; both putting
 * and giving the entry back always succeed then.
 */
final class EventRing implements StateElement {
    private static final String PAGE = "page";

    private final EntryPlaces places;
    private final Room room;
    private final byte[] page = new byte[MemoryPager.RING_BYTES];
    private final ByteBuffer memory = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] entry = new byte[VmEvent.ENTRY_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
    private boolean active;
    /** Index of the next request. */
    private int requests;
    /** Index of the next answer. */
    private int answers;
    /** Entries with requests that have no answer yet: never more than there are, whatever the pager answers. */
    private int unanswered;
    /** Between a claim and what follows it; nobody else runs meanwhile. */
    private int claimedByGuest;

    private int claimedByOthers;

    @Inject
    EventRing(EntryPlaces places, Room room) {
        this.places = places;
        this.room = room;
    }

    boolean isActive() {
        return active;
    }

    /** An empty ring. */
    void open() {
        Arrays.fill(page, (byte) 0);
        memory.putInt(VmEvent.REQUEST_EVENT, 1);
        memory.putInt(VmEvent.RESPONSE_EVENT, 1);
        requests = 0;
        answers = 0;
        unanswered = 0;
        active = true;
    }

    void close() {
        active = false;
    }

    /** The memory for the pager. */
    ByteBuffer memory() {
        return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How many entries are free and not reserved. */
    int available() {
        return VmEvent.ENTRIES - unanswered - claimedByGuest - claimedByOthers;
    }

    /** Reserves an entry; false if there is none. */
    boolean claim(boolean guest) {
        boolean granted = active && room.isThere(available(), guest);
        if (granted) {
            reserve(guest, 1);
        }
        return granted;
    }

    /** Gives a reserved entry back. */
    void cancel(boolean guest) {
        reserve(guest, -1);
    }

    private void reserve(boolean guest, int count) {
        if (guest) {
            claimedByGuest += count;
        } else {
            claimedByOthers += count;
        }
    }

    /** Puts a request into a reserved entry. */
    void put(boolean guest, int flags, int vcpu, long gfn, PageType type, int pagingFlags) {
        Arrays.fill(entry, (byte) 0);
        fields.putInt(VmEvent.VERSION, VmEvent.INTERFACE_VERSION)
                .putInt(VmEvent.FLAGS, guest ? flags : flags | VmEvent.FLAG_FOREIGN)
                .putInt(VmEvent.REASON, VmEvent.REASON_MEM_PAGING)
                .putInt(VmEvent.VCPU, vcpu)
                .putLong(VmEvent.GFN, gfn)
                .putInt(VmEvent.PAGE_TYPE, type.number())
                .putInt(VmEvent.PAGING_FLAGS, pagingFlags);
        System.arraycopy(entry, 0, page, places.offset(requests), entry.length);
        requests++;
        memory.putInt(VmEvent.REQUEST_PRODUCER, requests);
        unanswered = Math.min(VmEvent.ENTRIES, unanswered + 1);
        reserve(guest, -1);
    }

    /** How many answers there are; more than the ring holds are none, and {@code -1} says so. */
    int waitingAnswers() {
        int count = memory.getInt(VmEvent.RESPONSE_PRODUCER) - answers;
        return Integer.compareUnsigned(count, VmEvent.ENTRIES) > 0 ? -1 : count;
    }

    /** Takes the next answer, copied: what the pager does to the ring afterwards changes nothing. */
    Answer takeAnswer() {
        Arrays.fill(entry, (byte) 0);
        System.arraycopy(page, places.offset(answers), entry, 0, entry.length);
        answers++;
        memory.putInt(VmEvent.RESPONSE_EVENT, answers + 1);
        unanswered = Math.max(0, unanswered - 1);
        return new Answer(
                fields.getInt(VmEvent.VERSION),
                fields.getInt(VmEvent.FLAGS),
                fields.getInt(VmEvent.REASON),
                fields.getInt(VmEvent.VCPU),
                fields.getLong(VmEvent.GFN),
                fields.getInt(VmEvent.PAGING_FLAGS),
                fields.getLong(VmEvent.REGISTERS_PC));
    }

    /** What the hypervisor reads of an answer; every field can have any value. */
    record Answer(int version, int flags, int reason, int vcpu, long gfn, int pagingFlags, long pc) {}

    @Override
    public String stateName() {
        return "ring";
    }

    /** The ring is the pager's: what it has been asked it still may answer. */
    @Override
    public void reset() {
        // Entries are free again when they are answered.
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("active", active);
        writer.bytes(PAGE, page);
        writer.word("requests", requests);
        writer.word("answers", answers);
        writer.word("unanswered", unanswered);
    }

    @Override
    public void restore(StateReader reader) {
        active = reader.flag("active");
        byte[] saved = reader.bytes(PAGE);
        if (saved.length != page.length) {
            throw reader.invalid(PAGE, "has " + saved.length + " bytes instead of " + page.length);
        }
        System.arraycopy(saved, 0, page, 0, page.length);
        requests = (int) reader.word("requests", Integer.MIN_VALUE, Integer.MAX_VALUE);
        answers = (int) reader.word("answers", Integer.MIN_VALUE, Integer.MAX_VALUE);
        unanswered = reader.integer("unanswered", 0, VmEvent.ENTRIES);
    }
}
