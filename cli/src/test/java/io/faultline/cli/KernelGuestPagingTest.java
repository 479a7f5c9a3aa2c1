/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.paging.MemoryPageStore;
import io.faultline.vmm.paging.SnapshotPageSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel while pages are taken away from it all the time, as by post-copy migration and worse: any page of its code,
 * data, translation tables, stacks and tasks may go before any slice of any processor.
 */
class KernelGuestPagingTest {
    private static final int VCPUS = 4;
    private static final int PAGE = 4096;
    /** From the first page of the image to the absent pages, which have a source of their own. */
    private static final MemoryRegion IMAGE = MemoryRegion.ram(0x4010_0000L, 0x30_0000);

    /** Takes pages away, a few before each run of a vCPU. */
    private static final class Evictor {
        private final Random random;
        private final MemoryPageStore store = new MemoryPageStore(List.of(IMAGE));
        private final SnapshotPageSource source = new SnapshotPageSource(store, 5_000);
        private Machine machine;
        private long evicted;

        Evictor(long seed) {
            random = new Random(seed);
        }

        void attach(Machine built) {
            machine = built;
            faults().attach(IMAGE, source);
        }

        private AsyncPageFaults faults() {
            return machine.asyncPageFaults().orElseThrow();
        }

        void evictSome() {
            for (int i = random.nextInt(4); i > 0; i--) {
                long page = IMAGE.base() + (long) PAGE * random.nextInt((int) (IMAGE.bytes() / PAGE));
                if (machine.memory().residency(page) == PageResidency.RESIDENT && !faults().isPinned(page)) {
                    store.put(page, faults().evict(page));
                    evicted++;
                }
            }
        }
    }

    /** The same object, but a call of one method goes elsewhere. */
    private static <T> T with(Class<T> type, T object, String method, java.util.function.Supplier<Object> before) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, call, arguments) -> {
                    try {
                        Object instead = call.getName().equals(method) ? before.get() : null;
                        return instead != null ? instead : call.invoke(object, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                }));
    }

    private static Machine observed(Machine machine, Evictor evictor) {
        evictor.attach(machine);
        List<Vcpu> vcpus = machine.vcpus().stream()
                .map(vcpu -> with(Vcpu.class, vcpu, "run", () -> {
                    evictor.evictSome();
                    return null;
                }))
                .toList();
        return with(Machine.class, machine, "vcpus", () -> vcpus);
    }

    /** The backend with an evictor between it and the VMM. */
    private static HypervisorBackend observed(HypervisorBackend backend, Evictor evictor) {
        return HypervisorBackend.class.cast(Proxy.newProxyInstance(
                HypervisorBackend.class.getClassLoader(),
                new Class<?>[] {HypervisorBackend.class},
                (proxy, call, arguments) -> {
                    try {
                        Object result = call.invoke(backend, arguments);
                        return result instanceof MachinePlan plan
                                ? with(MachinePlan.class, plan, "build", () -> observed(plan.build(), evictor))
                                : result;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kvm",
                "kvm:apf.slots=1",
                "kvm:apf.reply=ignored",
                "kvm:tlb=retentive",
                "kvm:sdei.dispatcher=absent",
                "kvm:apf.route=ppi",
                "kvm:apf.route=ppi,apf.slots=1",
                "kvm:apf.route=ppi,apf.reply=ignored",
                "kvm:apf.route=ppi,apf.inject=taken",
                "xen",
                "xen:xen.fifo=absent",
                "xen:xen.apf-slots=1,xen.upcall=edge",
                "xen:xen.apf-undeliverable=park,xen.upcall=resampled",
                "xen:xen.fifo=absent,xen.apf-supervisor=park",
                "hyperv",
                "hyperv:hyperv.apf-ready=flag",
                "hyperv:hyperv.apf-slots=1,hyperv.apf-undeliverable=park",
                "hyperv:hyperv.apf-ready=flag,hyperv.apf-slots=511,hyperv.apf-supervisor=park"
            })
    void anyPageMayGoAtAnyTime(String backendAndSettings) {
        Evictor evictor = new Evictor(backendAndSettings.hashCode());
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        HypervisorBackend backend = BackendChoice.parse(backendAndSettings).open(BackendRegistry.discover());
        GuestConfiguration configuration = GuestConfiguration.of(ImageFile.read(KernelRun.GUEST, OptionalLong.empty()))
                .vcpus(VCPUS)
                .commandLine("rounds=8 decline=9")
                .maxInstructions(300_000_000)
                .console(console, new ByteArrayInputStream(new byte[0]))
                .build();
        try (backend;
                VirtualMachine machine = VirtualMachine.create(observed(backend, evictor), configuration)) {
            GuestOutcome outcome = machine.run();
            String out = console.toString(StandardCharsets.UTF_8);
            assertEquals(new GuestOutcome.PoweredOff(), outcome, out);
            Map<String, Long> said = KernelRun.numbers("kernel: ", out);
            SortedMap<String, Long> counted = machine.statistics();
            assertEquals(512, said.get("pages verified"));
            assertEquals(1024, said.get("own pages verified"));
            assertEquals(0, said.get("bytes wrong"));
            assertTrue(evictor.evicted > 1000, evictor.evicted + " pages were taken away");
            assertEquals(counted.get("apf.ready"), said.get("ready") + said.get("left in the area"), out);
            assertEquals(counted.get("apf.wake-alls"), said.get("wake-all"));
            assertEquals(
                    counted.get("apf.announced"),
                    counted.get("apf.ready")
                            + counted.get("apf.covered-by-wake-all")
                            + counted.get("apf.cancelled")
                            + counted.get("apf.outstanding"));
        }
    }
}
