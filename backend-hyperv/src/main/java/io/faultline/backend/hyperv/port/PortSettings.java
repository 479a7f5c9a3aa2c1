/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.EnumSetting;
import io.faultline.backend.hyperv.hypercall.Status;
import java.util.List;
import java.util.Objects;

/**
 * What differs between implementations of ports and connections, and how many there are (hyperv.md 0, 4).
 *
 * @param maxPorts how many ports a machine can have, 1 to 65536
 * @param maxConnections how many connections a machine can have, 1 to 65536
 * @param postWhileOff what becomes of a guest's message for a vCPU that takes none (D9)
 * @param wrongKind status of a message to a port for events, and the other way round (D11)
 * @since 0.1
 */
public record PortSettings(int maxPorts, int maxConnections, PostWhileOff postWhileOff, WrongKind wrongKind) {
    /** What hyperv.md recommends. */
    public static final PortSettings DEFAULT = new PortSettings(2048, 4096, PostWhileOff.REFUSED, WrongKind.PORT);

    private static final String MAX_PORTS = "hyperv.max-ports";
    private static final String MAX_CONNECTIONS = "hyperv.max-connections";
    private static final String POST_WHILE_OFF = "hyperv.post-while-off";
    private static final String WRONG_KIND = "hyperv.wrong-port-kind";
    private static final int MOST = 65_536;

    /** What becomes of a guest's message for a vCPU whose controller or page is off. */
    public enum PostWhileOff {
        /** Status 0x18. */
        REFUSED,
        /** It waits, as one of the VMM does. */
        QUEUED
    }

    /** Status of a message to a port for events, and the other way round. */
    public enum WrongKind {
        /** 0x11. */
        PORT(Status.INVALID_PORT_ID),
        /** 0x12, as in OpenVMM. */
        CONNECTION(Status.INVALID_CONNECTION_ID);

        private final int status;

        WrongKind(int status) {
            this.status = status;
        }

        /**
         * Returns the status.
         *
         * @return a {@link Status}
         */
        public int status() {
            return status;
        }
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a limit is out of range
     */
    public PortSettings {
        if (maxPorts < 1 || maxPorts > MOST || maxConnections < 1 || maxConnections > MOST) {
            throw new IllegalArgumentException(
                    maxPorts + " ports or " + maxConnections + " connections are outside 1 to " + MOST);
        }
        Objects.requireNonNull(postWhileOff, "postWhileOff");
        Objects.requireNonNull(wrongKind, "wrongKind");
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.free(
                        MAX_PORTS,
                        Integer.toString(DEFAULT.maxPorts),
                        "How many ports a machine can have, 1 to " + MOST + "."),
                Setting.free(
                        MAX_CONNECTIONS,
                        Integer.toString(DEFAULT.maxConnections),
                        "How many connections a machine can have, 1 to " + MOST + "."),
                EnumSetting.of(
                        POST_WHILE_OFF,
                        "Whether a guest's message for a vCPU that takes none is refused with 0x18, or waits.",
                        PostWhileOff.values()),
                EnumSetting.of(
                        WRONG_KIND,
                        "What is wrong with a message to a port for events: the port (0x11), or the connection (0x12).",
                        WrongKind.values()));
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING if a limit is out of range
     */
    public static PortSettings of(BackendConfiguration configuration) {
        return new PortSettings(
                (int) configuration.number(MAX_PORTS, 1, MOST),
                (int) configuration.number(MAX_CONNECTIONS, 1, MOST),
                EnumSetting.read(configuration, POST_WHILE_OFF, PostWhileOff.class),
                EnumSetting.read(configuration, WRONG_KIND, WrongKind.class));
    }
}
