/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.vcpu.Upcalls;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The event channels of one machine, with a guest that calls them and looks at the shared memory. */
final class TestMachine {
    static final int SELF = DomainId.SELF;
    /** First frame of the guest's RAM. */
    static final long RAM_GFN = 0x40000;

    private static final int RAM_PAGES = 256;
    private static final int SHARED_PAGES = 3;
    private static final int INFO_BYTES = 48;
    private static final int INFO_AT = 64;

    final int id;
    final int vcpus;
    final GuestRam guest = new GuestRam(List.of(new RamRegion(RAM_GFN << 12, RAM_PAGES << 12)));
    final GuestRam xen = new GuestRam(List.of(new RamRegion(0, SHARED_PAGES << 12)));
    final Frame shared = new Frame(xen, 0);
    final FakeUpcalls upcalls;
    final FakeCaller caller = new FakeCaller();
    final EventChannels channels;
    final EventChannelOps ops;
    final PortTable ports;
    final EventArray array;
    final FifoQueues queues;
    private final @Nullable Frame[] pages = new Frame[RAM_PAGES];

    TestMachine(int id, int vcpus, PeerDomains peers, Module module) {
        this.id = id;
        this.vcpus = vcpus;
        upcalls = new FakeUpcalls();
        Injector injector = Guice.createInjector(module, new AbstractModule() {
            @Override
            protected void configure() {
                bind(EventDomain.class).toInstance(new EventDomain(id, vcpus, shared));
                bind(PeerDomains.class).toInstance(peers);
                bind(Upcalls.class).toInstance(upcalls);
                bind(GuestFrames.class).toInstance(new FakeFrames());
            }
        });
        channels = injector.getInstance(EventChannels.class);
        ops = injector.getInstance(EventChannelOps.class);
        ports = injector.getInstance(PortTable.class);
        array = injector.getInstance(EventArray.class);
        queues = injector.getInstance(FifoQueues.class);
    }

    /** RAM is where gfns say. */
    private final class FakeFrames implements GuestFrames {
        @Override
        public @Nullable Frame ram(long gfn) {
            return gfn < 0 || gfn >= 1L << 36 ? null : physical(gfn << 12);
        }

        @Override
        public @Nullable Frame physical(long physical) {
            return physical % 4096 == 0 && guest.contains(physical) ? new Frame(guest, physical) : null;
        }
    }

    /** vCPU 0 in shared_info, the others in a page of their own. */
    final class FakeUpcalls implements Upcalls {
        final int[] edges = new int[vcpus];
        final List<Integer> woken = new ArrayList<>();
        boolean recordsWakes = true;
        IntConsumer atWake = port -> {};
        long wakes;

        @Override
        public void markPending(int vcpu) {
            if (!infoFrame(vcpu).testAndSet32(infoOffset(vcpu), 1)) {
                edges[vcpu]++;
            }
        }

        @Override
        public boolean isMarked(int vcpu) {
            return (infoFrame(vcpu).load32(infoOffset(vcpu)) & 1) != 0;
        }

        @Override
        public Frame infoFrame(int vcpu) {
            return vcpu == 0 ? shared : infos;
        }

        @Override
        public int infoOffset(int vcpu) {
            return vcpu == 0 ? 0 : INFO_AT * vcpu;
        }

        @Override
        public void wakePollers(int port) {
            wakes++;
            atWake.accept(port);
            if (recordsWakes) {
                woken.add(port);
            }
        }
    }

    private final Frame infos = new Frame(xen, 4096);

    /** A vCPU whose only memory is one structure at one address. */
    static final class FakeCaller implements Caller {
        static final long STRUCT = 0xFFFF_8000_0000_1238L;

        final long[] arguments = new long[5];
        final byte[] memory = new byte[Struct.MOST_BYTES];
        private final Struct struct = new Struct();
        boolean readable = true;
        boolean writable = true;
        boolean continued;
        BooleanSupplier workedEnough = () -> false;

        @Override
        public VirtualProcessor processor() {
            throw new AssertionError("event channels have no business with the processor");
        }

        @Override
        public int vcpu() {
            return 0;
        }

        @Override
        public long argument(int index) {
            return arguments[index];
        }

        @Override
        public void argument(int index, long value) {
            arguments[index] = value;
        }

        @Override
        public Struct struct() {
            return struct;
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            if (!readable || address != STRUCT) {
                return false;
            }
            System.arraycopy(memory, 0, target, offset, length);
            return true;
        }

        @Override
        public boolean write(long address, byte[] source, int offset, int length) {
            if (!writable || address != STRUCT) {
                return false;
            }
            System.arraycopy(source, offset, memory, 0, length);
            return true;
        }

        @Override
        public boolean hasWorkedEnough() {
            return workedEnough.getAsBoolean();
        }

        @Override
        public long continueLater() {
            continued = true;
            return 0;
        }
    }

    /** Makes a call with the structure as it is in the caller's memory. */
    long callOnce(long command) {
        caller.arguments[0] = command;
        caller.arguments[1] = FakeCaller.STRUCT;
        caller.continued = false;
        return ops.call(caller);
    }

    /** Makes a call, again and again until it is complete. */
    long call(long command) {
        long result = callOnce(command);
        while (caller.continued) {
            caller.continued = false;
            result = ops.call(caller);
        }
        return result;
    }

    /** The structure in the caller's memory. */
    Memory memory() {
        return new Memory(caller.memory);
    }

    record Memory(byte[] bytes) {
        Memory u16(int offset, long value) {
            return put(offset, 2, value);
        }

        Memory u32(int offset, long value) {
            return put(offset, 4, value);
        }

        Memory u64(int offset, long value) {
            return put(offset, 8, value);
        }

        private Memory put(int offset, int length, long value) {
            for (int i = 0; i < length; i++) {
                bytes[offset + i] = (byte) (value >>> 8 * i);
            }
            return this;
        }

        int u16(int offset) {
            return bytes[offset] & 0xFF | (bytes[offset + 1] & 0xFF) << 8;
        }

        int u32(int offset) {
            return u16(offset) | u16(offset + 2) << 16;
        }
    }

    private long portOr(long result, int field) {
        return result == 0 ? memory().u32(field) : result;
    }

    long bindInterdomain(int domain, long remote) {
        memory().u16(0, domain).u32(4, remote).u32(8, 0);
        return portOr(call(EventChannelOps.BIND_INTERDOMAIN), 8);
    }

    long bindVirq(long virq, long vcpu) {
        memory().u32(0, virq).u32(4, vcpu).u32(8, 0);
        return portOr(call(EventChannelOps.BIND_VIRQ), 8);
    }

    long allocUnbound(int domain, int remote) {
        memory().u16(0, domain).u16(2, remote).u32(4, 0);
        return portOr(call(EventChannelOps.ALLOC_UNBOUND), 4);
    }

    long bindIpi(long vcpu) {
        memory().u32(0, vcpu).u32(4, 0);
        return portOr(call(EventChannelOps.BIND_IPI), 4);
    }

    long onPort(int command, long port) {
        memory().u32(0, port);
        return call(command);
    }

    long close(long port) {
        return onPort(EventChannelOps.CLOSE, port);
    }

    long send(long port) {
        return onPort(EventChannelOps.SEND, port);
    }

    long unmask(long port) {
        return onPort(EventChannelOps.UNMASK, port);
    }

    long bindVcpu(long port, long vcpu) {
        memory().u32(0, port).u32(4, vcpu);
        return call(EventChannelOps.BIND_VCPU);
    }

    long setPriority(long port, long priority) {
        memory().u32(0, port).u32(4, priority);
        return call(EventChannelOps.SET_PRIORITY);
    }

    long reset(int domain) {
        memory().u16(0, domain);
        return call(EventChannelOps.RESET);
    }

    long initControl(long vcpu, long gfn, long offset) {
        memory().u64(0, gfn).u32(8, offset).u32(12, vcpu).u64(16, 0);
        return call(EventChannelOps.INIT_CONTROL);
    }

    long expandArray(long gfn) {
        memory().u64(0, gfn);
        return call(EventChannelOps.EXPAND_ARRAY);
    }

    long status(int domain, long port) {
        Arrays.fill(caller.memory, (byte) 0xAA);
        memory().u16(0, domain).u32(4, port);
        return call(EventChannelOps.STATUS);
    }

    /** What status says: status, vCPU and the part that belongs to the state. */
    String told(long port) {
        long result = status(SELF, port);
        if (result != 0) {
            return "error " + result;
        }
        Memory memory = memory();
        String vcpu = " vcpu " + memory.u32(12);
        switch (memory.u32(8)) {
            case 0:
                return "closed" + vcpu;
            case 1:
                return "unbound for " + memory.u16(16) + vcpu;
            case 2:
                return "connected to " + memory.u16(16) + ":" + memory.u32(20) + vcpu;
            case 4:
                return "virq " + memory.u32(16) + vcpu;
            case 5:
                return "ipi" + vcpu;
            default:
                return "status " + memory.u32(8);
        }
    }

    boolean pending(int port) {
        return (shared.load64(TwoLevelAbi.PENDING + port / 64 * 8) >>> port & 1) != 0;
    }

    boolean masked(int port) {
        return (shared.load64(TwoLevelAbi.MASK + port / 64 * 8) >>> port & 1) != 0;
    }

    void mask(int port) {
        shared.testAndSet64(TwoLevelAbi.MASK + port / 64 * 8, 1L << port);
    }

    void clear(int port) {
        shared.testAndClear64(TwoLevelAbi.PENDING + port / 64 * 8, 1L << port);
    }

    long selector(int vcpu) {
        return upcalls.infoFrame(vcpu).load64(upcalls.infoOffset(vcpu) + TwoLevelAbi.SELECTOR);
    }

    boolean upcallPending(int vcpu) {
        return upcalls.infoFrame(vcpu).load8(upcalls.infoOffset(vcpu)) != 0;
    }

    /** The guest takes an upcall: clears the flag and the selector. */
    long takeUpcall(int vcpu) {
        Frame info = upcalls.infoFrame(vcpu);
        int at = upcalls.infoOffset(vcpu);
        info.store8(at, 0);
        long selected = info.load64(at + TwoLevelAbi.SELECTOR);
        info.store64(at + TwoLevelAbi.SELECTOR, 0);
        return selected;
    }

    /** Control blocks at the begin of page 0 and event words from page 8. */
    Frame controlPage() {
        return page(0);
    }

    Frame page(int index) {
        Frame page = pages[index];
        if (page == null) {
            page = new Frame(guest, RAM_GFN + index << 12);
            pages[index] = page;
        }
        return page;
    }

    static int block(int vcpu) {
        return 128 * vcpu;
    }

    TestMachine fifo(int pages) {
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            require(initControl(vcpu, RAM_GFN, block(vcpu)));
        }
        for (int i = 0; i < pages; i++) {
            require(expandArray(RAM_GFN + 8 + i));
        }
        return this;
    }

    private static void require(long result) {
        if (result != 0) {
            throw new AssertionError("a call failed with " + result);
        }
    }

    int word(int port) {
        return page(8 + port / 1024).load32(port % 1024 * 4);
    }

    void word(int port, int value) {
        page(8 + port / 1024).store32(port % 1024 * 4, value);
    }

    int ready(int vcpu) {
        return controlPage().load32(block(vcpu));
    }

    void ready(int vcpu, int value) {
        controlPage().store32(block(vcpu), value);
    }

    int head(int vcpu, int priority) {
        return controlPage().load32(block(vcpu) + 8 + 4 * priority);
    }

    /** A guest's flags of an event word, and its link: what a reader of a failed test wants to see. */
    String shown(int port) {
        return shownWord(word(port));
    }

    static String shownWord(int word) {
        StringBuilder text = new StringBuilder();
        text.append((word & EventWord.PENDING) != 0 ? "P" : "-");
        text.append((word & EventWord.MASKED) != 0 ? "M" : "-");
        text.append((word & EventWord.LINKED) != 0 ? "L" : "-");
        text.append((word & EventWord.BUSY) != 0 ? "B" : "-");
        return text.append(word & EventWord.LINK).toString();
    }

    SavedState saved() {
        StateWriter writer = new StateWriter();
        channels.save(writer.section("events"));
        guest.save(writer.section("guest"));
        xen.save(writer.section("xen"));
        return new SavedState("xen", 1, writer.values());
    }

    void restore(SavedState state) {
        StateReader reader = state.reader();
        guest.restore(reader.section("guest"));
        xen.restore(reader.section("xen"));
        channels.restore(reader.section("events"));
        reader.finish();
    }

    static final int INFO = INFO_BYTES;
}
