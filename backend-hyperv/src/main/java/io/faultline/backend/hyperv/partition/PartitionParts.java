/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.backend.hyperv.feature.CrashRegisters;
import io.faultline.backend.hyperv.feature.GuestIdle;
import io.faultline.backend.hyperv.feature.Identity;
import io.faultline.backend.hyperv.feature.InformationRegisters;
import io.faultline.backend.hyperv.feature.Runtimes;
import io.faultline.backend.hyperv.feature.SyntheticExceptions;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.intercept.Intercepts;
import io.faultline.backend.hyperv.overlay.AssistPages;
import io.faultline.backend.hyperv.pagefault.PageFaults;
import io.faultline.backend.hyperv.part.PartDecoration;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.port.Ports;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.synic.StandardMessageQueues;
import io.faultline.backend.hyperv.synic.Synic;
import io.faultline.backend.hyperv.timer.ReferenceCounter;
import io.faultline.backend.hyperv.timer.ReferenceTscPage;
import io.faultline.backend.hyperv.timer.SyntheticTimers;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The parts of a machine, in the order in which they are reset, saved and restored. Queues of messages come last, after everybody
 * who has buffers.
 */
@Singleton
final class PartitionParts {
    private final List<PartitionPart> parts;
    private final List<RegisterGroup> constants;

    @Inject
    PartitionParts(
            Identity identity,
            InformationRegisters information,
            GuestIdle idle,
            CrashRegisters crash,
            SyntheticExceptions exceptions,
            Runtimes runtimes,
            AssistPages assist,
            ReferenceCounter counter,
            ReferenceTscPage tscPage,
            Intercepts intercepts,
            SyntheticTimers timers,
            PageFaults pageFaults,
            Synic synic,
            Ports ports,
            StandardMessageQueues queues,
            PartDecoration decoration) {
        constants = List.of(information, idle);
        parts = Stream.<PartitionPart>of(
                        identity,
                        crash,
                        exceptions,
                        runtimes,
                        assist,
                        counter,
                        tscPage,
                        intercepts,
                        timers,
                        pageFaults,
                        synic,
                        ports,
                        queues)
                .map(decoration::decorate)
                .toList();
    }

    List<PartitionPart> all() {
        return parts;
    }

    List<RegisterGroup> registers() {
        List<RegisterGroup> all = new ArrayList<>(constants);
        parts.forEach(part -> all.addAll(part.registers()));
        return all;
    }

    List<Hypercall> hypercalls() {
        List<Hypercall> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(part.hypercalls()));
        return all;
    }
}
