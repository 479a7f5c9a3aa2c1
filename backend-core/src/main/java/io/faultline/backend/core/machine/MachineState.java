/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The saved form of a machine: its shape as texts, so that a state of another machine is told from a damaged one, then
 * every element in a section of its own.
 */
final class MachineState {
    private static final String SHAPE = "shape";

    private final BackendIdentity identity;
    private final Map<String, String> shape;
    private final List<StateElement> elements;
    private final List<CoreVcpu> vcpus;

    MachineState(BackendIdentity identity, MachineRequest request, List<StateElement> elements, List<CoreVcpu> vcpus) {
        this.identity = identity;
        this.shape = shapeOf(request);
        this.elements = elements;
        this.vcpus = vcpus;
    }

    private static Map<String, String> shapeOf(MachineRequest request) {
        Map<String, String> shape = new TreeMap<>();
        shape.put("vcpus", Integer.toString(request.vcpus()));
        shape.put("memory", request.memory().toString());
        shape.put("channels", request.channels().toString());
        shape.put("async-page-faults", request.asyncPageFaults().toString());
        return shape;
    }

    SavedState save() {
        StateWriter writer = new StateWriter();
        shape.forEach(writer.section(SHAPE)::text);
        elements.forEach(writer::element);
        for (CoreVcpu vcpu : vcpus) {
            writer.section(section(vcpu)).element(vcpu.waitState());
        }
        return new SavedState(identity.backend(), identity.stateVersion(), writer.values());
    }

    /**
     * Takes over a state. If this throws, elements may be half changed.
     *
     * @throws HypervisorException with INCOMPATIBLE_STATE or INVALID_STATE
     */
    void load(SavedState state) {
        requireSameBackend(state);
        try {
            load(state.reader());
        } catch (HypervisorException refused) {
            throw refused;
        } catch (RuntimeException impossible) {
            throw new HypervisorException(
                    ErrorId.INVALID_STATE,
                    "restoring a saved state that cannot be: " + impossible.getMessage(),
                    "backend " + identity.backend(),
                    "save it again",
                    impossible);
        }
    }

    private void load(StateReader reader) {
        requireSameShape(reader.section(SHAPE));
        elements.forEach(reader::element);
        for (CoreVcpu vcpu : vcpus) {
            reader.section(section(vcpu)).element(vcpu.waitState());
        }
        reader.finish();
    }

    private static String section(CoreVcpu vcpu) {
        return "vcpu." + vcpu.index();
    }

    private void requireSameBackend(SavedState state) {
        if (!state.backend().equals(identity.backend())) {
            throw incompatible("was written by backend " + state.backend());
        }
        if (state.version() != identity.stateVersion()) {
            throw incompatible("has version " + state.version() + " instead of " + identity.stateVersion());
        }
    }

    private void requireSameShape(StateReader saved) {
        shape.forEach((name, own) -> {
            String other = saved.text(name);
            if (!other.equals(own)) {
                throw incompatible("is of a machine with " + name + " " + other + ", this one has " + own);
            }
        });
    }

    private HypervisorException incompatible(String difference) {
        return new HypervisorException(
                ErrorId.INCOMPATIBLE_STATE,
                "restoring a saved state that " + difference,
                "backend " + identity.backend(),
                "restore it into a machine of the same backend and plan");
    }
}
