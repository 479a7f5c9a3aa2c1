/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.Setting;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import io.faultline.backend.kvm.sdei.policy.SdeiProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A dispatcher with processing elements that are nothing but registers, driven call by call. */
final class Bench implements ClientMachine, SdeiGuest {
    final List<FakePe> pes = new ArrayList<>();
    final List<TraceEvent> trace = new ArrayList<>();
    final SdeiDispatcher dispatcher;
    final FakeInterrupts interrupts = new FakeInterrupts(this);
    boolean tracing;

    Bench(int processors, Map<String, String> settings, Module... overrides) {
        this(processors, SdeiGuest.EVENTS, settings, overrides);
    }

    Bench(int processors, List<EventDefinition> events, Map<String, String> settings, Module... overrides) {
        for (int i = 0; i < processors; i++) {
            pes.add(new FakePe(i));
        }
        Injector injector = Guice.createInjector(
                Modules.override(new SdeiModule(policy(settings))).with(overrides));
        dispatcher = injector.getInstance(SdeiDispatchers.class).create(this, events);
    }

    static Bench withDefaults(int processors) {
        return new Bench(processors, Map.of());
    }

    static SdeiPolicy policy(Map<String, String> settings) {
        List<Setting> known = new ArrayList<>(SdeiPolicy.settings());
        known.add(SdeiProfile.setting());
        BackendDescriptor descriptor = new BackendDescriptor("test", "test", "test", "1", known);
        return SdeiPolicy.of(SdeiProfile.applyTo(BackendConfiguration.of(descriptor, settings)));
    }

    /** Executes one call as HVC or SMC does: PC is that of the next instruction when the dispatcher sees it. */
    @Override
    public long callNumber(int pe, int function, long... arguments) {
        FakePe cpu = pes.get(pe);
        cpu.x[0] = function & 0xFFFF_FFFFL;
        System.arraycopy(arguments, 0, cpu.x, 1, arguments.length);
        cpu.pc += 4;
        dispatcher.call(pe, function);
        return cpu.x[0];
    }

    /** What a PE does before its next instruction: nothing, unless it was asked for attention. */
    @Override
    public boolean boundary(int pe) {
        FakePe cpu = pes.get(pe);
        boolean asked = cpu.attention;
        cpu.attention = false;
        return asked && cpu.on && dispatcher.attention(pe);
    }

    @Override
    public void x(int pe, int n, long value) {
        pes.get(pe).x[n] = value;
    }

    @Override
    public DeliveryOutcome inject(int pe, int event) {
        return dispatcher.injection().inject(pe, event);
    }

    EventInstance instance(int pe, int event) {
        return dispatcher.state().find(dispatcher.state().processor(pe), event).orElseThrow();
    }

    int running(int pe) {
        PeState state = dispatcher.state().processor(pe);
        return state.depth() == 0 ? -1 : state.innermost().event().definition().number();
    }

    SavedState save() {
        StateWriter writer = new StateWriter();
        writer.element(dispatcher);
        return new SavedState("test", 1, writer.values());
    }

    void restore(SavedState state) {
        StateReader reader = state.reader();
        reader.element(dispatcher);
        reader.finish();
    }

    @Override
    public int processors() {
        return pes.size();
    }

    @Override
    public ClientPe processor(int index) {
        return pes.get(index);
    }

    @Override
    public OptionalInt find(long affinity) {
        return pes.stream()
                .filter(pe -> pe.affinity() == affinity)
                .mapToInt(FakePe::index)
                .findFirst();
    }

    @Override
    public ClientInterrupts interrupts() {
        return interrupts;
    }

    @Override
    public boolean tracing() {
        return tracing;
    }

    @Override
    public void trace(TraceEvent event) {
        trace.add(event);
    }
}
