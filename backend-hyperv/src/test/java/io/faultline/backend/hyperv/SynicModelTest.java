/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.SavedState;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicPort;
import io.faultline.backend.hyperv.ReferenceSynic.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Guests and the VMM do anything in any order, and the machine is saved and taken over by another one now and then: after each
 * step everything is as in the reference, and the invariants of hyperv.md 9 hold by what can be seen alone.
 */
class SynicModelTest {
    private static final int VCPUS = 3;
    private static final int SOURCES = 4;
    private static final int PAGES = 12;
    private static final int PORTS = 10;
    private static final int CUT = 40;
    private static final int LETTER_BYTES = 8;

    private final TreeSet<Long> placed = new TreeSet<>();
    private Map<String, String> settings = Map.of();
    private Random random = new Random(0);
    private SynicRig real = new SynicRig(VCPUS);
    private ReferenceSynic model = new ReferenceSynic(VCPUS, Map.of());
    private long letters;
    /** What the guest itself changed in this step: vCPU, or -1. */
    private int writer;

    private String did = "";

    @ParameterizedTest
    @CsvSource({
        "11, '', ''",
        "12, '', ''",
        "13, hyperv.masked-message, held",
        "14, hyperv.masked-signal, set",
        "15, hyperv.unmask, scans",
        "16, hyperv.post-while-off, queued",
        "17, hyperv.polling, absent"
    })
    void everythingIsAsInTheReference(long seed, String key, String value) {
        settings = new TreeMap<>(Map.of("hyperv.scontrol-reset", "off"));
        if (!key.isEmpty()) {
            settings.put(key, value);
        }
        random = new Random(seed);
        real = new SynicRig(VCPUS, settings);
        model = new ReferenceSynic(VCPUS, settings);
        for (int page = 0; page < PAGES; page++) {
            real.rig.longs(page(page), 0x1111_0000 + page);
        }
        for (int i = 0; i < VCPUS; i++) {
            assertEquals(0, real.rig.set(i, SynicRig.SIMP, page(2 * i) | 1));
            assertEquals(0, real.rig.set(i, SynicRig.SIEFP, page(2 * i + 1) | 1));
            assertEquals(0, real.rig.set(i, SynicRig.SCONTROL, 1));
            assertEquals(0, model.writePage(i, true, page(2 * i) | 1));
            assertEquals(0, model.writePage(i, false, page(2 * i + 1) | 1));
            model.writeControl(i, 1);
        }
        for (int step = 0; step < 1500; step++) {
            byte[][] before = pages();
            writer = -1;
            step();
            String where = "seed " + seed + " step " + step + ": " + did;
            List<String> raised = real.raised();
            checkInvariants(where, before, pages(), raised);
            assertEquals(model.interrupts, raised, where);
            model.interrupts.clear();
            compare(where);
        }
        assertTrue(placed.size() > 60, placed.size() + " messages arrived");
    }

    private static long page(int index) {
        return HypervRig.DATA + (long) PageSize.BYTES * index;
    }

    private int oneOf(int bound) {
        return random.nextInt(bound);
    }

    private void step() {
        int vcpu = oneOf(VCPUS);
        int source = oneOf(SOURCES);
        int choice = oneOf(100);
        if (choice < 3) {
            long value = oneOf(9) == 0 ? 2 : 3;
            note("SCONTROL " + vcpu + " " + value);
            assertEquals(0, real.rig.set(vcpu, SynicRig.SCONTROL, value));
            model.writeControl(vcpu, value);
        } else if (choice < 11) {
            boolean isMessages = oneOf(2) == 0;
            long value = page(oneOf(PAGES)) | (oneOf(6) == 0 ? 0xF0 : 0xF1);
            note((isMessages ? "SIMP " : "SIEFP ") + vcpu + " " + Long.toHexString(value));
            assertEquals(
                    model.writePage(vcpu, isMessages, value),
                    real.rig.set(vcpu, isMessages ? SynicRig.SIMP : SynicRig.SIEFP, value));
        } else if (choice < 17) {
            long value =
                    oneOf(20) + 14 | (oneOf(4) == 0 ? SynicRig.MASKED : 0) | (oneOf(6) == 0 ? SynicRig.POLLING : 0);
            note("SINT " + vcpu + " " + source + " " + Long.toHexString(value));
            assertEquals(model.writeSource(vcpu, source, value), real.rig.set(vcpu, SynicRig.SINT0 + source, value));
        } else if (choice < 22) {
            note("EOM " + vcpu);
            real.endOfMessage(vcpu);
            model.endOfMessage(vcpu);
        } else if (choice < 36) {
            takeAll(vcpu);
        } else if (choice < 44) {
            slotWrite(vcpu, source);
        } else if (choice < 50) {
            clearFlags(vcpu, source);
        } else if (choice < 56) {
            changePort(vcpu, source);
        } else if (choice < 80) {
            post();
        } else if (choice < 97) {
            signal(vcpu, source);
        } else if (choice < 98) {
            note("reset of vCPU 0");
            writer = 0;
            real.rig.vcpu(0).reset();
            model.resetVcpu(0);
        } else if (oneOf(CUT) < 20) {
            takeOver();
        }
    }

    private void note(String what) {
        did = what;
    }

    /** As guests do: every message is taken, and then EOM. */
    private void takeAll(int vcpu) {
        note("messages of " + vcpu);
        if (model.simp[vcpu] % 2 == 0) {
            return;
        }
        writer = vcpu;
        for (int source = 0; source < SOURCES; source++) {
            int slot = 256 * source;
            if (isBusy(model.messages[vcpu], slot)) {
                real.rig.words(PageSize.pageOf(model.simp[vcpu]) + slot, 0);
                Arrays.fill(model.messages[vcpu], slot, slot + 4, (byte) 0);
            }
        }
        real.endOfMessage(vcpu);
        model.endOfMessage(vcpu);
        byte[] now = model.messages[vcpu];
        for (int source = 0; source < SOURCES; source++) {
            if (isBusy(now, 256 * source)) {
                assertTrue(placed.add(letter(now, 256 * source)), did + ": a message arrives twice (I4)");
            }
        }
    }

    private void slotWrite(int vcpu, int source) {
        note("slot " + vcpu + " " + source);
        if (model.simp[vcpu] % 2 == 0) {
            return;
        }
        writer = vcpu;
        int slot = 256 * source;
        long address = PageSize.pageOf(model.simp[vcpu]) + slot;
        switch (oneOf(6)) {
            case 0 -> {
                int junk = random.nextInt();
                real.rig.words(address + 4, junk);
                for (int i = 0; i < 4; i++) {
                    model.messages[vcpu][slot + 4 + i] = (byte) (junk >> 8 * i);
                }
            }
            case 1 -> {
                real.rig.words(address, 0x7777_7777);
                Arrays.fill(model.messages[vcpu], slot, slot + 4, (byte) 0x77);
            }
            default -> {
                real.rig.words(address, 0);
                Arrays.fill(model.messages[vcpu], slot, slot + 4, (byte) 0);
            }
        }
    }

    private void clearFlags(int vcpu, int source) {
        note("flags " + vcpu + " " + source);
        if (model.siefp[vcpu] % 2 == 0) {
            return;
        }
        writer = vcpu;
        real.rig.longs(PageSize.pageOf(model.siefp[vcpu]) + 256 * source, 0);
        Arrays.fill(model.flags[vcpu], 256 * source, 256 * source + 8, (byte) 0);
    }

    private void changePort(int vcpu, int source) {
        int id = oneOf(PORTS);
        note("port " + id + " of " + vcpu + " " + source);
        if (model.ports.containsKey(id)) {
            if (oneOf(3) != 0) {
                return;
            }
            if (id % 2 == 0) {
                real.synic.messagePort(id).orElseThrow().close();
            } else {
                real.synic.eventPort(id).orElseThrow().close();
            }
            model.delete(id);
            return;
        }
        int target = oneOf(4) == 0 ? -1 : vcpu;
        if (id % 2 == 0) {
            real.synic.createMessagePort(id, target, source);
            model.ports.put(id, new Place(target, source, 0, 0));
            connect(id, real.synic.messagePort(id).orElseThrow());
        } else {
            int first = oneOf(64);
            int count = 1 + oneOf(64);
            real.synic.createEventPort(id, target, source, first, count);
            model.ports.put(id, new Place(target, source, first, count));
            connect(id, real.synic.eventPort(id).orElseThrow());
        }
    }

    /** A connection has the number of its port, and stays when the port goes. */
    private void connect(int id, SynicPort port) {
        if (real.rig.signal(0, id, 0xFFFF) == 0x12) {
            real.synic.connect(id, port);
        }
    }

    private boolean isConnected(int id) {
        return real.rig.signal(0, id, 0xFFFF) != 0x12;
    }

    private void post() {
        int id = oneOf(6) == 0 ? oneOf(PORTS) : 2 * oneOf(PORTS / 2);
        int type = 1 + oneOf(5);
        byte[] payload = new byte[LETTER_BYTES + oneOf(30)];
        random.nextBytes(payload);
        letters++;
        for (int i = 0; i < LETTER_BYTES; i++) {
            payload[i] = (byte) (letters >> 8 * i);
        }
        boolean isOfGuest = oneOf(3) != 0;
        note("post " + id + (isOfGuest ? " of a guest" : ""));
        if (isOfGuest) {
            int status = isConnected(id) ? model.post(id, type, payload, true) : 0x12;
            assertEquals(status, real.rig.post(oneOf(VCPUS), id, type, payload), did);
        } else if (model.ports.containsKey(id) && id % 2 == 0) {
            MessagePort port = real.synic.messagePort(id).orElseThrow();
            assertEquals(
                    model.post(id, type, payload, false),
                    port.post(type, payload).code());
        }
    }

    private void signal(int vcpu, int source) {
        int id = oneOf(PORTS);
        int flag = oneOf(70);
        if (oneOf(3) == 0) {
            note("signal to " + vcpu + " " + source + " " + flag);
            assertEquals(
                    model.signal(vcpu, source, flag),
                    real.synic.signal(vcpu, source, flag).code());
            return;
        }
        note("signal " + id + " " + flag);
        int status = isConnected(id) ? model.signal(id, flag) : 0x12;
        assertEquals(status, real.rig.signal(oneOf(VCPUS), id, flag), did);
    }

    private void takeOver() {
        note("restore");
        SavedState state = real.rig.machine.save();
        SynicRig next = new SynicRig(VCPUS, settings);
        next.rig.machine.restore(state);
        assertEquals(state.values(), next.rig.machine.save().values());
        real.rig.machine.close();
        real = next;
    }

    private void compare(String where) {
        byte[] found = new byte[PageSize.BYTES];
        for (int i = 0; i < VCPUS; i++) {
            assertEquals(model.scontrol[i], real.rig.get(i, SynicRig.SCONTROL), where);
            assertEquals(model.simp[i], real.rig.get(i, SynicRig.SIMP), where);
            assertEquals(model.siefp[i], real.rig.get(i, SynicRig.SIEFP), where);
            for (int s = 0; s < SOURCES; s++) {
                assertEquals(model.sint[i][s], real.rig.get(i, SynicRig.SINT0 + s), where);
            }
            if (model.simp[i] % 2 != 0) {
                real.rig.machine.memory().read(PageSize.pageOf(model.simp[i]), found);
                assertArrayEquals(model.messages[i], found, where);
            }
            if (model.siefp[i] % 2 != 0) {
                real.rig.machine.memory().read(PageSize.pageOf(model.siefp[i]), found);
                assertArrayEquals(model.flags[i], found, where);
            }
        }
        for (int page = 0; page < PAGES; page++) {
            if (!model.isCovered(page(page))) {
                assertEquals(0x1111_0000 + page, real.rig.doubleword(page(page)), where);
            }
        }
        for (int id = 0; id < PORTS; id += 2) {
            int port = id;
            assertEquals(
                    model.ports.containsKey(id), real.synic.messagePort(id).isPresent(), () -> where + " port " + port);
            real.synic.messagePort(id).ifPresent(found2 -> assertEquals(model.waiting(port), found2.waiting(), where));
        }
    }

    // The invariants, from what is in memory

    /** Messages and flags of each vCPU as the guest finds them; empty where it finds nothing. */
    private byte[][] pages() {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < VCPUS; i++) {
            for (long register : new long[] {model.simp[i], model.siefp[i]}) {
                byte[] content = new byte[register % 2 == 0 ? 0 : PageSize.BYTES];
                if (content.length > 0) {
                    real.rig.machine.memory().read(PageSize.pageOf(register), content);
                }
                all.add(content);
            }
        }
        return all.toArray(new byte[0][]);
    }

    private void checkInvariants(String where, byte[][] before, byte[][] after, List<String> raised) {
        int placements = 0;
        int edges = 0;
        for (int i = 0; i < VCPUS; i++) {
            byte[] old = before[2 * i];
            byte[] now = after[2 * i];
            for (int slot = 0; old.length == now.length && slot < now.length; slot += 256) {
                boolean wasBusy = isBusy(old, slot);
                boolean isNew = !wasBusy && isBusy(now, slot) && writer != i;
                if (wasBusy && writer != i) {
                    assertUntouched(where, old, now, slot);
                }
                if (isNew) {
                    placements++;
                    assertTrue(placed.add(letter(now, slot)), where + ": a message arrives twice (I4)");
                }
            }
            edges += writer == i ? 0 : newFlags(before[2 * i + 1], after[2 * i + 1]);
            // A page that was enabled in this step shows what came while it was not there.
            placements += old.length != now.length ? 16 : 0;
        }
        placements += writer >= 0 ? SOURCES : 0;
        assertTrue(raised.size() <= placements + edges, where + ": " + raised + " for nothing (I3)");
    }

    private static boolean isBusy(byte[] page, int slot) {
        return (page[slot] | page[slot + 1] | page[slot + 2] | page[slot + 3]) != 0;
    }

    private static long letter(byte[] page, int slot) {
        long letter = 0;
        for (int i = LETTER_BYTES - 1; i >= 0; i--) {
            letter = letter << 8 | page[slot + 16 + i] & 0xFF;
        }
        return letter;
    }

    /** I1: the type is not 0, so that nobody but the guest writes, except for one bit. */
    private static void assertUntouched(String where, byte[] old, byte[] now, int slot) {
        for (int i = slot; i < slot + 256; i++) {
            int allowed = i == slot + 5 ? old[i] | 1 : old[i];
            assertTrue(now[i] == old[i] || now[i] == (byte) allowed, where + ": a busy slot changed (I1)");
        }
    }

    private static int newFlags(byte[] old, byte[] now) {
        int count = 0;
        for (int i = 0; old.length == now.length && i < now.length; i++) {
            count += Integer.bitCount(now[i] & ~old[i] & 0xFF);
        }
        return count;
    }
}
