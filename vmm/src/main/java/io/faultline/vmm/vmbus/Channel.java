/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A channel that sends every packet back that a guest puts into its ring: as it is, or as the completion if the guest wants
 * one.
 *
 * <p>The guest's signal is only noted. The rings are worked on between the slices of vCPUs, so many packets at a time, and only
 * while their pages are there: one that is absent is asked for, and the work goes on when it has come.
 */
final class Channel implements StateElement {
    /** Connection on which the guest signals the channel with identifier 0, if there were one. */
    static final int FIRST_CONNECTION = 0x2000;

    private static final String INSTANCE = "5f1d3a90-27c8-4e6b-a5f4-%012x";

    private static final int DESCRIPTOR_BYTES = 16;
    private static final int TRAILER_BYTES = 8;
    private static final int PACKET_INBAND = 6;
    private static final int PACKET_COMPLETION = 11;
    private static final int COMPLETION_REQUESTED = 1;

    /** Packets that one channel moves at a time. */
    private static final int MOST_AT_ONCE = 64;

    /** How often a page is asked for until the guest signals again: sources may fail for ever. */
    private static final int MOST_ASKED = 3;

    private enum Step {
        MOVED,
        NOTHING_TO_DO,
        MUST_WAIT
    }

    private final int relid;
    private final int vcpus;
    private final SyntheticInterrupts synic;
    private final GuestMemory memory;
    private final Optional<AsyncPageFaults> faults;
    private final GpadlTable gpadls;

    private boolean released;
    /** The buffer of both rings; null while the channel is closed. */
    private @Nullable Gpadl buffer;
    /** Page of the buffer at which the ring towards the guest begins. */
    private int downstream;

    private int target;
    /** Where we read in the ring of the guest. */
    private int read;
    /** Where we write in the ring towards the guest. */
    private int write;
    /** Whether there may be something to do. */
    private boolean signalled;
    /** Whether the rings are nonsense or lost. Until the channel is opened again nothing happens. */
    private boolean broken;
    /** Whether the guest is to be told. */
    private boolean owesInterrupt;

    private long askedPage = Ring.NO_PAGE;
    private int asked;
    private long packets;
    private long interrupts;

    Channel(
            int relid,
            int vcpus,
            SyntheticInterrupts synic,
            GuestMemory memory,
            Optional<AsyncPageFaults> faults,
            GpadlTable gpadls) {
        this.relid = relid;
        this.vcpus = vcpus;
        this.synic = synic;
        this.memory = memory;
        this.faults = faults;
        this.gpadls = gpadls;
    }

    byte[] offer(UUID type) {
        UUID instance = UUID.fromString(String.format(Locale.ROOT, INSTANCE, relid));
        return HostMessage.offer(relid, FIRST_CONNECTION + relid, type, instance);
    }

    boolean isOpen() {
        return buffer != null;
    }

    boolean isReleased() {
        return released;
    }

    boolean uses(Gpadl gpadl) {
        return buffer == gpadl;
    }

    long packets() {
        return packets;
    }

    long interrupts() {
        return interrupts;
    }

    /**
     * Opens the channel.
     *
     * @param pages a complete list that the guest made for this channel
     * @param offset page at which the ring towards the guest begins
     * @param vcpu who is interrupted
     * @return false if that is impossible
     */
    boolean open(Gpadl pages, int offset, int vcpu) {
        if (released || isOpen() || !isTarget(vcpu) || !holdsRings(pages, offset)) {
            return false;
        }
        clear();
        buffer = pages;
        downstream = offset;
        target = vcpu;
        // A guest may have filled its ring before.
        signalled = true;
        return true;
    }

    private boolean holdsRings(Gpadl pages, int offset) {
        return pages.isComplete()
                && pages.relid() == relid
                && pages.isBuffer()
                && offset >= Ring.LEAST_PAGES
                && offset <= pages.pages() - Ring.LEAST_PAGES;
    }

    private boolean isTarget(int vcpu) {
        return vcpu >= 0 && vcpu < vcpus;
    }

    /** Has another vCPU interrupted; false if that is impossible. */
    boolean move(int vcpu) {
        if (!isOpen() || !isTarget(vcpu)) {
            return false;
        }
        target = vcpu;
        return true;
    }

    void close() {
        clear();
    }

    /** The guest has no use for the channel any more; false if it is open, or was released before. */
    boolean release() {
        if (released || isOpen()) {
            return false;
        }
        released = true;
        return true;
    }

    private void clear() {
        buffer = null;
        downstream = 0;
        target = 0;
        read = 0;
        write = 0;
        signalled = false;
        broken = false;
        owesInterrupt = false;
        askedPage = Ring.NO_PAGE;
        asked = 0;
    }

    /** The guest has put something into its ring, or made room in the other one. */
    void signal() {
        if (isOpen() && !broken) {
            signalled = true;
            askedPage = Ring.NO_PAGE;
        }
    }

    /** Does what there is to do; true if something was done. */
    boolean exchange() {
        Gpadl pages = buffer;
        boolean moved = false;
        if (pages != null && signalled) {
            Ring from = new Ring(memory, pages, 0, downstream);
            Ring to = new Ring(memory, pages, downstream, pages.pages() - downstream);
            Step step = Step.MOVED;
            for (int i = 0; i < MOST_AT_ONCE && step == Step.MOVED; i++) {
                step = step(from, to);
                moved |= step == Step.MOVED;
            }
            signalled = step != Step.NOTHING_TO_DO && !broken;
        }
        return interrupt() || moved;
    }

    private boolean interrupt() {
        if (owesInterrupt && synic.signal(target, Outbox.SOURCE, relid) == SynicStatus.SUCCESS) {
            owesInterrupt = false;
            interrupts++;
            return true;
        }
        // The controller of that vCPU may be off just now.
        return false;
    }

    private Step step(Ring from, Ring to) {
        if (!isThere(from.indices(), AccessKind.WRITE)) {
            return Step.MUST_WAIT;
        }
        int end = from.field(Ring.WRITE_INDEX);
        if (!from.isIndex(end)) {
            return nonsense();
        }
        int available = from.distance(read, end);
        if (available == 0) {
            return Step.NOTHING_TO_DO;
        }
        if (available < DESCRIPTOR_BYTES + TRAILER_BYTES) {
            return nonsense();
        }
        if (!isThere(from, read, DESCRIPTOR_BYTES, AccessKind.READ)) {
            return Step.MUST_WAIT;
        }
        ByteBuffer descriptor = GuestMessage.view(from.read(read, DESCRIPTOR_BYTES));
        int offset = Short.toUnsignedInt(descriptor.getShort(2)) * Ring.UNIT;
        int length = Short.toUnsignedInt(descriptor.getShort(4)) * Ring.UNIT;
        if (offset < DESCRIPTOR_BYTES || length < offset || length > available - TRAILER_BYTES) {
            return nonsense();
        }
        if (descriptor.getShort(0) == PACKET_INBAND && length + TRAILER_BYTES < to.size()) {
            Step answered = answer(from, to, length);
            if (answered != Step.MOVED) {
                return answered;
            }
        }
        consume(from, available, length + TRAILER_BYTES);
        return Step.MOVED;
    }

    private Step answer(Ring from, Ring to, int length) {
        if (!isThere(from, read, length, AccessKind.READ) || !isThere(to.indices(), AccessKind.WRITE)) {
            return Step.MUST_WAIT;
        }
        int first = to.field(Ring.READ_INDEX);
        if (!to.isIndex(first)) {
            return nonsense();
        }
        int bytes = length + TRAILER_BYTES;
        // A ring that is full to the last byte would look like an empty one.
        if (to.size() - to.distance(first, write) <= bytes) {
            to.field(Ring.PENDING_SEND_SIZE, bytes);
            return Step.NOTHING_TO_DO;
        }
        if (!isThere(to, write, bytes, AccessKind.WRITE)) {
            return Step.MUST_WAIT;
        }
        ByteBuffer packet = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        packet.put(0, from.read(read, length));
        boolean completes = (packet.getShort(6) & COMPLETION_REQUESTED) != 0;
        packet.putShort(0, (short) (completes ? PACKET_COMPLETION : PACKET_INBAND));
        packet.putShort(6, (short) 0);
        packet.putLong(length, (long) write << 32);
        to.write(write, packet.array());
        owesInterrupt |= first == write && to.field(Ring.INTERRUPT_MASK) == 0;
        write = to.advance(write, bytes);
        to.field(Ring.WRITE_INDEX, write);
        to.field(Ring.PENDING_SEND_SIZE, 0);
        packets++;
        return Step.MOVED;
    }

    /** Frees what was read, and tells a guest that has waited for so much room. */
    private void consume(Ring from, int available, int bytes) {
        read = from.advance(read, bytes);
        from.field(Ring.READ_INDEX, read);
        int wanted = from.field(Ring.PENDING_SEND_SIZE);
        int before = from.size() - available;
        owesInterrupt |= wanted != 0
                && Integer.compareUnsigned(before, wanted) <= 0
                && Integer.compareUnsigned(before + bytes, wanted) > 0;
    }

    private Step nonsense() {
        broken = true;
        return Step.NOTHING_TO_DO;
    }

    private boolean isThere(Ring ring, int at, int bytes, AccessKind access) {
        long page = ring.missing(at, bytes);
        while (page != Ring.NO_PAGE) {
            if (!isThere(page, access)) {
                return false;
            }
            page = ring.missing(at, bytes);
        }
        return true;
    }

    private boolean isThere(long page, AccessKind access) {
        PageResidency residency = memory.residency(page);
        if (residency == PageResidency.ABSENT && faults.isPresent() && mayAsk(page)) {
            faults.get().request(page, access);
            residency = memory.residency(page);
        }
        broken |= residency == PageResidency.POISONED;
        return residency == PageResidency.RESIDENT;
    }

    private boolean mayAsk(long page) {
        if (askedPage != page) {
            askedPage = page;
            asked = 0;
        }
        asked++;
        return asked <= MOST_ASKED;
    }

    @Override
    public String stateName() {
        return "channel." + relid;
    }

    @Override
    public void reset() {
        released = false;
        clear();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Which page was asked for is not part of it: a guest that goes on elsewhere has its pages from another source.
     */
    @Override
    public void save(StateWriter writer) {
        Gpadl pages = buffer;
        writer.flag("released", released);
        writer.flag("open", pages != null);
        if (pages != null) {
            writer.word("gpadl", Integer.toUnsignedLong(pages.handle()));
            writer.word("downstream", downstream);
            writer.word("target", target);
            writer.word("read", read);
            writer.word("write", write);
            writer.flag("signalled", signalled);
            writer.flag("broken", broken);
            writer.flag("owes-interrupt", owesInterrupt);
        }
    }

    @Override
    public void restore(StateReader reader) {
        clear();
        released = reader.flag("released");
        if (!reader.flag("open")) {
            return;
        }
        Gpadl pages = gpadls.find((int) reader.word("gpadl", 0, 0xFFFF_FFFFL));
        int offset = reader.integer("downstream", 0, Gpadl.MOST_WORDS);
        if (released || pages == null || !holdsRings(pages, offset)) {
            throw reader.invalid("gpadl", "is no list in which this channel can have its rings");
        }
        buffer = pages;
        downstream = offset;
        target = reader.integer("target", 0, vcpus - 1);
        read = index(reader, "read", new Ring(memory, pages, 0, offset));
        write = index(reader, "write", new Ring(memory, pages, offset, pages.pages() - offset));
        signalled = reader.flag("signalled");
        broken = reader.flag("broken");
        owesInterrupt = reader.flag("owes-interrupt");
    }

    private static int index(StateReader reader, String name, Ring ring) {
        int index = reader.integer(name, 0, ring.size() - 1);
        if (!ring.isIndex(index)) {
            throw reader.invalid(name, "is " + index + ", where no packet begins");
        }
        return index;
    }
}
