/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.MemoryErrorInjection;
import io.faultline.vmm.MemoryErrorInjection.Notice;
import io.faultline.vmm.MemoryErrorReport;
import io.faultline.vmm.MemoryErrorReport.Stage;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How to test the SDEI client driver of Linux: an unmodified kernel is told of a memory error by an SDEI event, and its
 * console is asked what it made of it. Made to be copied: it needs the API, the VMM and a backend on the class path, an
 * arm64 kernel, and nothing else.
 */
class HardwareErrorTest {
    private static final long BAD_PAGE = 0x4E00_0000L;

    /** No kernel option is needed. These leave out self-tests and certificates, which take most of the boot. */
    private static final String COMMAND_LINE = "console=ttyAMA0 nokaslr mitigations=off cryptomgr.notests=1"
            + " initcall_blacklist=blake2s_mod_init,jent_mod_init,trace_eval_init,load_system_certificate_list";

    private record Run(GuestOutcome outcome, String console, List<MemoryErrorReport> errors) {}

    private static Run run(GuestImage image, int vcpus) {
        HypervisorBackendProvider provider = BackendRegistry.discover().provider("kvm");
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        GuestConfiguration configuration = GuestConfiguration.of(image)
                .vcpus(vcpus)
                .ramBytes(256L << 20)
                .ramdisk(new Ramdisk("initrd", InitialRamdisk.thatPowersOff()))
                .commandLine(COMMAND_LINE)
                .acpi()
                .memoryError(new MemoryErrorInjection(OptionalLong.of(BAD_PAGE), OptionalLong.empty(), Notice.SDEI))
                .console(console, InputStream.nullInputStream())
                .build();
        try (HypervisorBackend backend = provider.open(BackendConfiguration.defaults(provider.descriptor()));
                VirtualMachine machine = VirtualMachine.create(backend, configuration)) {
            GuestOutcome outcome = machine.run();
            return new Run(outcome, console.toString(StandardCharsets.UTF_8), machine.memoryErrors());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void linuxReportsTheMemoryErrorThatAnSdeiEventToldItOf(int vcpus) throws IOException {
        Optional<Path> kernel = DebianKernel.find();
        if (kernel.isEmpty()) {
            System.err.println(DebianKernel.MISSING);
        }
        assumeTrue(kernel.isPresent(), DebianKernel.MISSING);

        Run run = run(ImageFile.read(kernel.get(), OptionalLong.empty()), vcpus);

        assertEquals(new GuestOutcome.PoweredOff(), run.outcome(), run.console());
        assertInOrder(
                run.console(),
                "sdei: SDEIv1.",
                "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 0",
                "{1}[Hardware Error]: event severity: recoverable",
                "{1}[Hardware Error]:   section_type: memory error",
                "{1}[Hardware Error]:   physical_address: 0x000000004e000000",
                "{1}[Hardware Error]:   error_type: 3, multi-bit ECC",
                "Memory failure: 0x4e000: recovery action for free buddy page: Recovered",
                "reboot: Power down");
        assertEquals(Stage.NOTICED, run.errors().get(0).stage(), "the kernel has acknowledged the record");
    }

    @Test
    void aKernelThatDoesNotEnableTheEventIsNotToldAndThatIsNoticed() {
        // An Image that jumps over its header and calls PSCI SYSTEM_OFF.
        ByteBuffer image = ByteBuffer.allocate(76).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(0x14000010).putLong(16, 76).putInt(56, 0x644D_5241);
        image.position(64).putInt(0x52800100).putInt(0x72b08000).putInt(0xd4000002);
        Run run = run(ImageFile.parse("Image", image.array(), OptionalLong.empty()), 1);
        assertEquals(new GuestOutcome.PoweredOff(), run.outcome());
        assertEquals(Stage.WAITING, run.errors().get(0).stage());
        assertTrue(run.errors().get(0).isMissed());
    }

    private static void assertInOrder(String console, String... expected) {
        int at = 0;
        for (String text : expected) {
            int found = console.indexOf(text, at);
            assertTrue(found >= 0, "'" + text + "' is missing, or comes too early, in:\n" + console);
            at = found + text.length();
        }
    }
}
