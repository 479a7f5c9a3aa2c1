/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterRange.Early;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * The registers by which a guest says that it has crashed: five parameters and a control register, which tells the VMM
 * (hyperv.md 2.7). The VMM gets {@link VcpuExit.BackendSpecific} of kind {@value #EXIT} with the parameters p0 to p4 and the
 * control word; the guest can go on.
 *
 * @since 0.1
 */
@Singleton
public final class CrashRegisters implements PartitionPart, RegisterGroup {
    /** Kind of the exit. */
    public static final String EXIT = "hyperv:crash";
    /** HvRegisterGuestCrashP0. */
    public static final int FIRST_PARAMETER = 0x210;
    /** HvRegisterGuestCrashCtl. */
    public static final int CONTROL = 0x215;

    private static final int PARAMETERS = 5;
    private static final long NOTIFY = 1L << 63;
    private static final long MESSAGE = 1L << 62;

    private final Host host;
    private final Runtimes runtimes;
    private final boolean isPresent;
    private final long[] parameters = new long[PARAMETERS];

    @Inject
    CrashRegisters(Host host, Runtimes runtimes, Features features) {
        this.host = host;
        this.runtimes = runtimes;
        isPresent = features.settings().hasCrashRegisters();
    }

    @Override
    public List<RegisterGroup> registers() {
        return isPresent ? List.of(this) : List.of();
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(new RegisterRange(FIRST_PARAMETER, CONTROL, RegisterRange.NO_PRIVILEGE, Early.EVERYTHING, true));
    }

    /** The control register says what a crash report may have (hyperv.md 2.7). */
    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        value.set(name == CONTROL ? NOTIFY | MESSAGE : parameters[name - FIRST_PARAMETER]);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        if (name != CONTROL) {
            parameters[name - FIRST_PARAMETER] = value.low();
        } else if ((value.low() & NOTIFY) != 0) {
            report(value.low());
        }
        return Status.SUCCESS;
    }

    /** Whosever register it is, the one that executes is the one that can stop. */
    private void report(long control) {
        TreeMap<String, Long> details = new TreeMap<>();
        details.put("control", control);
        for (int i = 0; i < PARAMETERS; i++) {
            details.put("p" + i, parameters[i]);
        }
        host.vcpu(runtimes.executing()).exit(new VcpuExit.BackendSpecific(EXIT, details));
    }

    @Override
    public String stateName() {
        return "crash";
    }

    @Override
    public void reset() {
        Arrays.fill(parameters, 0);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("parameters", parameters.clone());
    }

    @Override
    public void restore(StateReader reader) {
        System.arraycopy(reader.words("parameters", PARAMETERS), 0, parameters, 0, PARAMETERS);
    }
}
