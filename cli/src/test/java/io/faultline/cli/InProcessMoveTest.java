/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.pagefault.FaultCounters;
import io.faultline.api.pagefault.FaultDecision;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.trace.TraceSink;
import io.faultline.vmm.FrozenGuest;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestConsole;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.GuestState;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.migration.LinkModel;
import io.faultline.vmm.migration.PostCopySource;
import io.faultline.vmm.migration.SimulatedLink;
import io.faultline.vmm.migration.SimulatedLink.Disturbance;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two real machines in one thread, with a connection that a seed disturbs. */
class InProcessMoveTest {
    private static final Disturbance ROUGH = new Disturbance(300, 300, 300, 50, 20, 5);

    private static HypervisorBackend backend(String settings) {
        HypervisorBackendProvider provider = BackendRegistry.discover().provider("kvm");
        return provider.open(BackendConfiguration.parse(provider.descriptor(), settings));
    }

    private static GuestConfiguration.Builder guest(String name) {
        return GuestConfiguration.of(ImageFile.read(Path.of("..", "guests", name + ".elf"), OptionalLong.empty()));
    }

    /** How a guest ended that moved after so many instructions, and what both machines printed. */
    private record Moved(String out, FaultCounters counters, PostCopySource.Received received, long nanos) {}

    private static Moved move(
            HypervisorBackend backend,
            GuestConfiguration.Builder guest,
            long after,
            Disturbance disturbance,
            LinkModel model,
            boolean background,
            FaultDecision decision,
            long seed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GuestConfiguration configuration =
                guest.console(out, InputStream.nullInputStream()).build();
        try (VirtualMachine source = VirtualMachine.create(backend, configuration)) {
            assertEquals(Optional.empty(), source.run(after));
            FrozenGuest frozen = source.freeze();
            GuestState state = GuestState.fromBytes(frozen.state().toBytes());
            SimulatedLink link = new SimulatedLink(frozen.pages(), disturbance, seed);
            PostCopySource pages = new PostCopySource(1, frozen.pages().pages(), model, background, link, () -> 0);
            try (VirtualMachine target = VirtualMachine.restore(
                    backend,
                    state,
                    frozen.pages().pages(),
                    pages,
                    new GuestConsole(out, InputStream.nullInputStream()),
                    TraceSink.NONE)) {
                target.asyncPageFaults().orElseThrow().decideBy(decision);
                pages.start(link.handed());
                assertEquals(new GuestOutcome.PoweredOff(), target.run());
                FaultCounters counters = target.asyncPageFaults().orElseThrow().counters();
                assertTrue(counters.isBalanced(), counters.toString());
                return new Moved(out.toString(StandardCharsets.UTF_8), counters, pages.counters(), target.nanos());
            }
        }
    }

    @Test
    void everyByteIsRightWhereverTheGuestIsCutAndWhateverTheConnectionDoes() {
        try (HypervisorBackend backend = backend("")) {
            for (int cut = 0; cut < 12; cut++) {
                long after = 1 + cut * 700_001L;
                Moved moved = move(
                        backend,
                        guest("apf"),
                        after,
                        ROUGH,
                        LinkModel.REAL,
                        cut % 2 == 0,
                        FaultDecision.ACCEPT_ALL,
                        cut);
                assertTrue(
                        moved.out().contains("apf: 256 pages verified, 0 bytes wrong\n"),
                        "after " + after + ": " + moved.out());
                assertTrue(moved.out().endsWith("apf: powering off\n"), moved.out());
            }
        }
    }

    @Test
    void everySettingOfTheBackendMovesWithItsGuest() {
        for (String settings : new String[] {"apf.slots=1", "sdei.dispatcher=absent", "tlb=retentive"}) {
            try (HypervisorBackend backend = backend(settings)) {
                Moved moved = move(
                        backend,
                        guest("apf"),
                        2_000_000,
                        ROUGH,
                        LinkModel.withLatency(30_000),
                        false,
                        FaultDecision.ACCEPT_ALL,
                        1);
                assertTrue(moved.out().contains("apf: 256 pages verified, 0 bytes wrong\n"), settings + moved.out());
            }
        }
    }

    @Test
    void fourProcessorsGoOnTogether() {
        try (HypervisorBackend backend = backend("")) {
            for (long after : new long[] {1000, 40_000, 90_000}) {
                Moved moved = move(
                        backend,
                        guest("smp").vcpus(4).seed(after),
                        after,
                        ROUGH,
                        LinkModel.REAL,
                        true,
                        FaultDecision.ACCEPT_ALL,
                        after);
                assertTrue(moved.out().contains("smp: processor 3 received 1000 interrupts\n"), moved.out());
            }
        }
    }

    /** What waits for pages, and what has been announced, moves with the guest; a processor goes and comes meanwhile. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "kvm",
                "kvm:apf.route=ppi",
                "xen",
                "xen:xen.fifo=absent",
                "xen:xen.apf-restore=wake-all",
                "xen:xen.apf-restore=drain,xen.upcall=edge,xen.fifo=absent",
                "hyperv",
                "hyperv:hyperv.apf-ready=flag",
                "hyperv:hyperv.apf-restore=wake-all",
                "hyperv:hyperv.apf-restore=drain,hyperv.apf-ready=flag"
            })
    void tasksGoOnWaitingWhereverTheirKernelIsCut(String choice) {
        try (HypervisorBackend backend = BackendChoice.parse(choice).open(BackendRegistry.discover())) {
            long announced = 0;
            for (int cut = 0; cut < 4; cut++) {
                long after = 300_000 + cut * 600_011L;
                Moved moved = move(
                        backend,
                        guest("kernel").vcpus(3).seed(cut).commandLine("pages=256 rounds=6 decline=11"),
                        after,
                        ROUGH,
                        LinkModel.withLatency(30_000),
                        cut % 2 == 0,
                        FaultDecision.ACCEPT_ALL,
                        cut);
                Map<String, Long> said = KernelRun.numbers("kernel: ", moved.out());
                assertEquals(256, said.get("pages verified"), "after " + after + ": " + moved.out());
                assertEquals(768, said.get("own pages verified"), "after " + after + ": " + moved.out());
                assertEquals(0, said.get("bytes wrong"));
                assertEquals(1, said.get("came back"));
                announced += moved.counters().announced();
            }
            assertTrue(announced > 400, announced + " were announced after the moves");
        }
    }

    @Test
    void inVirtualTimeTheConnectionCannotBeSeenByTheGuest() {
        try (HypervisorBackend backend = backend("")) {
            LinkModel model = LinkModel.withLatency(20_000);
            Moved calm =
                    move(backend, guest("apf"), 1_000_000, Disturbance.NONE, model, true, FaultDecision.ACCEPT_ALL, 0);
            for (int seed = 1; seed < 6; seed++) {
                Moved rough = move(
                        backend,
                        guest("apf"),
                        1_000_000,
                        new Disturbance(300, 300, 300, 0, 20, 5),
                        model,
                        true,
                        FaultDecision.ACCEPT_ALL,
                        seed);
                assertEquals(calm.out(), rough.out());
                assertEquals(calm.counters(), rough.counters());
                assertEquals(calm.nanos(), rough.nanos());
            }
        }
    }

    @Test
    void theVmmDeclinesWhatItWantsToBringInItself() {
        try (HypervisorBackend backend = backend("")) {
            FaultDecision everyOther = (page, vcpu) -> (page >> 12) % 2 == 0;
            Moved moved = move(
                    backend,
                    guest("apf"),
                    1_000_000,
                    Disturbance.NONE,
                    LinkModel.withLatency(20_000),
                    false,
                    everyOther,
                    0);
            assertTrue(moved.out().contains("apf: 256 pages verified, 0 bytes wrong\n"), moved.out());
            long declined = moved.counters().count(Veto.VMM_DECLINED);
            assertTrue(declined > 100 && declined < 130, "declined " + declined);
            assertTrue(moved.counters().announced() > 100, moved.counters().toString());
            assertEquals(0, moved.received().background());
        }
    }

    @Test
    void aGuestThatWasFrozenAndStaysIsTheSameAsOneThatWasNeverAsked() {
        try (HypervisorBackend backend = backend("")) {
            String[] outputs = new String[2];
            long[] ends = new long[2];
            for (int i = 0; i < 2; i++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                GuestConfiguration configuration =
                        guest("apf").console(out, InputStream.nullInputStream()).build();
                try (VirtualMachine machine = VirtualMachine.create(backend, configuration)) {
                    machine.run(3_000_000);
                    if (i == 1) {
                        machine.freeze();
                        machine.resume();
                    }
                    machine.run();
                    outputs[i] = out.toString(StandardCharsets.UTF_8);
                    ends[i] = machine.nanos();
                }
            }
            assertEquals(outputs[0], outputs[1]);
            assertEquals(ends[0], ends[1]);
        }
    }
}
