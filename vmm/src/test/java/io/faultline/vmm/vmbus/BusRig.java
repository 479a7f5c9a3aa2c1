/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SynicStatus;
import io.faultline.vmm.scripted.ScriptedBackend;
import io.faultline.vmm.scripted.ScriptedMachine;
import io.faultline.vmm.scripted.ScriptedSynic;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** A machine with a bus, and what a guest does with it. */
final class BusRig {
    static final long RAM = 0x4000_0000L;
    static final int VCPUS = 3;

    static final int OFFER = 1;
    static final int ALL_OFFERS = 4;
    static final int OPEN_RESULT = 6;
    static final int GPADL_CREATED = 10;
    static final int TORN_DOWN = 12;
    static final int VERSION_RESPONSE = 15;
    static final int UNLOAD_RESPONSE = 17;
    static final int MODIFY_RESPONSE = 24;

    /** Where the guest has its rings unless said otherwise: four pages each. */
    static final long RINGS = RAM + 0x1_0000;

    static final int RING_PAGES = 4;
    static final int RING_BYTES = (RING_PAGES - 1) * 4096;

    final ScriptedMachine machine;
    final ScriptedSynic synic;
    final VmbusServer server;
    private int vcpu;
    private int connection = 4;

    BusRig(VmbusConfiguration configuration) {
        machine = machine();
        synic = machine.synic();
        server = VmbusServer.of(machine, configuration).orElseThrow();
    }

    private BusRig(ScriptedMachine machine, VmbusServer server) {
        this.machine = machine;
        this.synic = machine.synic();
        this.server = server;
    }

    private static ScriptedMachine machine() {
        return (ScriptedMachine) ScriptedBackend.complete()
                .withSynic()
                .plan(MachineRequest.builder()
                        .vcpus(VCPUS)
                        .memory(MemoryRegion.ram(RAM, 0x400_0000))
                        .memory(new MemoryRegion(0x8000_0000L, 0x1_0000, false))
                        .build())
                .build();
    }

    /** A machine of the same state. */
    BusRig moved() {
        ScriptedMachine other = machine();
        StateReader reader = new StateReader(state());
        VmbusServer copy = VmbusServer.of(other, reader.section(VmbusServer.SECTION));
        other.restore(machine.save());
        reader.element(copy);
        reader.finish();
        BusRig rig = new BusRig(other, copy);
        rig.vcpu = vcpu;
        rig.connection = connection;
        return rig;
    }

    java.util.Map<String, io.faultline.api.state.StateValue> state() {
        StateWriter writer = new StateWriter();
        writer.element(server);
        return writer.values();
    }

    static ByteBuffer message(int type, int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, type);
    }

    SynicStatus post(ByteBuffer message) {
        return synic.post(connection, message.array());
    }

    void send(ByteBuffer message) {
        assertEquals(SynicStatus.SUCCESS, post(message));
    }

    /** The next message, which must be there. */
    ByteBuffer take(int type) {
        Optional<ByteBuffer> message = next();
        assertTrue(message.isPresent(), "there is no message");
        assertEquals(type, message.get().getInt(0));
        return message.get();
    }

    Optional<ByteBuffer> next() {
        return synic.take(vcpu, 2).map(bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    static ByteBuffer contact(int code, int vcpu, int source) {
        ByteBuffer message = message(14, 40).putInt(8, code).putInt(12, vcpu);
        if (code >>> 16 >= 5) {
            message.put(16, (byte) source);
        } else {
            message.putLong(16, RAM + 0x1000);
        }
        return message.putLong(24, RAM + 0x2000).putLong(32, RAM + 0x3000);
    }

    /** Connects as Linux does: version by version until one is supported. */
    VmbusVersion connect(int target) {
        vcpu = target;
        for (int i = VmbusVersion.values().length - 1; i >= 0; i--) {
            VmbusVersion version = VmbusVersion.values()[i];
            connection = version.compareTo(VmbusVersion.V5_0) >= 0 ? 4 : 1;
            if (post(contact(version.code(), target, 2)) == SynicStatus.SUCCESS) {
                ByteBuffer answer = take(VERSION_RESPONSE);
                assertEquals(16, answer.capacity());
                if (answer.get(8) != 0) {
                    assertEquals(0, answer.get(9));
                    assertEquals(connection == 4 ? 4 : version.code(), answer.getInt(12));
                    return version;
                }
            }
        }
        throw new AssertionError("no version is supported");
    }

    /** Asks for offers and takes all. */
    List<ByteBuffer> offers() {
        send(message(3, 8));
        List<ByteBuffer> offers = new ArrayList<>();
        ByteBuffer next = next().orElseThrow();
        while (next.getInt(0) == OFFER) {
            offers.add(next);
            server.exchange();
            next = next().orElseThrow();
        }
        assertEquals(ALL_OFFERS, next.getInt(0));
        return offers;
    }

    static BusRig connected(int channels) {
        BusRig rig = new BusRig(VmbusConfiguration.echo(channels));
        rig.connect(0);
        rig.offers();
        return rig;
    }

    /** Words of one range of whole pages. */
    static long[] range(long base, int pages) {
        return LongStream.concat(
                        LongStream.of(pages * 4096L), LongStream.range(0, pages).map(i -> (base >> 12) + i))
                .toArray();
    }

    static ByteBuffer gpadlHeader(int relid, int handle, int ranges, int declared, long... words) {
        ByteBuffer message = message(8, 20 + 8 * words.length)
                .putInt(8, relid)
                .putInt(12, handle)
                .putShort(16, (short) (8 * declared))
                .putShort(18, (short) ranges);
        for (int i = 0; i < words.length; i++) {
            message.putLong(20 + 8 * i, words[i]);
        }
        return message;
    }

    static ByteBuffer gpadlBody(int handle, long... words) {
        ByteBuffer message = message(9, 16 + 8 * words.length).putInt(12, handle);
        for (int i = 0; i < words.length; i++) {
            message.putLong(16 + 8 * i, words[i]);
        }
        return message;
    }

    /** Shares a list of pages as Linux does; gives the status of its answer. */
    int share(int relid, int handle, long... words) {
        int first = Math.min(words.length, 27);
        send(gpadlHeader(
                relid,
                handle,
                1,
                words.length,
                LongStream.of(words).limit(first).toArray()));
        for (int at = first; at < words.length; at += 28) {
            send(gpadlBody(handle, LongStream.of(words).skip(at).limit(28).toArray()));
        }
        ByteBuffer answer = take(GPADL_CREATED);
        assertEquals(relid, answer.getInt(8));
        assertEquals(handle, answer.getInt(12));
        return answer.getInt(16);
    }

    static ByteBuffer openMessage(int relid, int handle, int target, int downstream) {
        return message(5, 148)
                .putInt(8, relid)
                .putInt(12, 77)
                .putInt(16, handle)
                .putInt(20, target)
                .putInt(24, downstream);
    }

    int open(int relid, int handle, int target, int downstream) {
        send(openMessage(relid, handle, target, downstream));
        ByteBuffer answer = take(OPEN_RESULT);
        assertEquals(relid, answer.getInt(8));
        assertEquals(77, answer.getInt(12));
        return answer.getInt(16);
    }

    /** A bus with one channel whose rings are open. */
    static BusRig open() {
        BusRig rig = connected(1);
        assertEquals(0, rig.share(1, 5, range(RINGS, 2 * RING_PAGES)));
        assertEquals(0, rig.open(1, 5, 1, RING_PAGES));
        rig.server.exchange();
        return rig;
    }

    // The rings: 0 is that of the guest, 1 that towards it.

    int field(int ring, int offset) {
        return (int) machine.memory().load(RINGS + (long) ring * RING_PAGES * 4096 + offset, AccessWidth.WORD);
    }

    void field(int ring, int offset, int value) {
        machine.memory().store(RINGS + (long) ring * RING_PAGES * 4096 + offset, AccessWidth.WORD, value);
    }

    static long data(int ring, int offset) {
        return RINGS + ((long) ring * RING_PAGES + 1) * 4096 + offset % RING_BYTES;
    }

    /** Puts a packet into the guest's ring; the payload is a multiple of 8 bytes. */
    void put(int type, int flags, long transaction, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(16 + payload.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        packet.putShort((short) type)
                .putShort((short) 2)
                .putShort((short) (2 + payload.length / 8))
                .putShort((short) flags)
                .putLong(transaction)
                .put(payload);
        int at = field(0, Ring.WRITE_INDEX);
        packet.putLong((long) at << 32);
        for (int i = 0; i < packet.capacity(); i++) {
            machine.memory().write(data(0, at + i), new byte[] {packet.get(i)});
        }
        field(0, Ring.WRITE_INDEX, (at + packet.capacity()) % RING_BYTES);
    }

    void signal() {
        synic.signal(0x2001);
    }

    /** Takes a packet out of the ring towards the guest: everything but the word behind it. */
    Optional<ByteBuffer> get() {
        int at = field(1, Ring.READ_INDEX);
        if (at == field(1, Ring.WRITE_INDEX)) {
            return Optional.empty();
        }
        int length = Short.toUnsignedInt((short) machine.memory().load(data(1, at + 4), AccessWidth.HALFWORD)) * 8;
        ByteBuffer packet = ByteBuffer.allocate(length + 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length + 8; i++) {
            byte[] one = new byte[1];
            machine.memory().read(data(1, at + i), one);
            packet.put(i, one[0]);
        }
        assertEquals((long) at << 32, packet.getLong(length), "where the packet begins");
        field(1, Ring.READ_INDEX, (at + length + 8) % RING_BYTES);
        return Optional.of(packet.slice(0, length).order(ByteOrder.LITTLE_ENDIAN));
    }

    static byte[] payload(int bytes, int seed) {
        byte[] payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) (seed + 31 * i);
        }
        return payload;
    }
}
