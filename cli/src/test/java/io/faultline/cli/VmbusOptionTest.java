/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.vmm.vmbus.VmbusConfiguration;
import io.faultline.vmm.vmbus.VmbusConfiguration.Presence;
import io.faultline.vmm.vmbus.VmbusConfiguration.Refusal;
import io.faultline.vmm.vmbus.VmbusVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class VmbusOptionTest {
    private static VmbusConfiguration bus(int channels, Set<VmbusVersion> versions, Refusal refusal) {
        return new VmbusConfiguration(Presence.REQUIRED, channels, VmbusConfiguration.ECHO, versions, refusal);
    }

    @Test
    void readsABus() {
        VmbusOption option = new VmbusOption();
        Set<VmbusVersion> all = EnumSet.allOf(VmbusVersion.class);
        assertEquals(VmbusConfiguration.NONE, option.convert("none"));
        assertEquals(bus(0, all, Refusal.ANSWER), option.convert("empty"));
        assertEquals(VmbusConfiguration.echo(1), option.convert("echo"));
        assertEquals(VmbusConfiguration.echo(20), option.convert("echo:channels=20"));
        assertEquals(
                bus(3, EnumSet.of(VmbusVersion.V5_1, VmbusVersion.V2_4), Refusal.STATUS),
                option.convert("echo:versions=5.1+2.4,refuse=status,channels=3"));
        assertEquals(
                UUID.fromString("525074dc-8985-46e2-8057-a307dc18a502"),
                option.convert("echo:type=525074DC-8985-46e2-8057-a307dc18a502").type());
        assertEquals(bus(0, Set.of(), Refusal.ANSWER), option.convert("empty:versions=,refuse=answer"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "full; 'full' is not of the form none|empty|echo[:key=value,...]",
                "none:refuse=status; 'none:refuse=status' is not of the form none|empty|echo[:key=value,...]",
                "empty:channels=1; 'channels=1' is none of versions=V+V, refuse=answer, refuse=status",
                "echo:; '' is none of channels=N, type=GUID, versions=V+V, refuse=answer, refuse=status",
                "echo:channels; '' is not a number such as 5000, 200K, 40M or 1G",
                "echo:channels=0; '0' channels are not 1 to 256",
                "echo:channels=257; '257' channels are not 1 to 256",
                "echo:versions=5.9; '5.9' is no version of [2.4, 3.0, 4.0, 4.1, 5.0, 5.1, 5.2, 5.3]",
                "echo:type=0-0-0-0-0; '0-0-0-0-0' is not a GUID such as 0b5e6c2f-8d14-4b7a-9c63-f1a7e5d20e01",
                "echo:refuse=politely; 'politely' is neither answer nor status"
            })
    void saysWhatIsWrong(String text, String message) {
        assertEquals(
                message,
                assertThrows(TypeConversionException.class, () -> new VmbusOption().convert(text))
                        .getMessage());
    }

    @Test
    void aBackendWithoutSyntheticInterruptControllersHasNoBus(@TempDir Path folder) throws IOException {
        String[] arguments = {
            "run",
            Guests.raw(folder, Guests.HELLO),
            "--load-address",
            Guests.BASE,
            "--backend",
            "kvm",
            "--vmbus",
            "echo"
        };
        CommandRun run = CommandRun.of(arguments);
        assertTrue(run.err().contains("no synthetic interrupt controllers"), run.err());
        assertEquals(2, run.status());
        arguments[7] = "none";
        assertEquals(new CommandRun(0, "Hi\n", ""), CommandRun.of(arguments));
    }
}
