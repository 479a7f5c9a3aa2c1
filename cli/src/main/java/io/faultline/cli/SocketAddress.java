/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads where somebody listens. */
final class SocketAddress {
    private static final int HIGHEST_PORT = 65_535;

    private SocketAddress() {}

    /** {@code HOST:PORT}. */
    static final class Remote implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 1) {
                throw new TypeConversionException("'" + text + "' is not of the form HOST:PORT");
            }
            return address(host(text.substring(0, colon)), port(text.substring(colon + 1), 1));
        }
    }

    /** {@code PORT} on this host alone, or {@code HOST:PORT}; port 0 for any that is free. */
    static final class Local implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            int colon = text.lastIndexOf(':');
            return colon < 0
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port(text, 0))
                    : address(host(text.substring(0, colon)), port(text.substring(colon + 1), 0));
        }
    }

    private static String host(String text) {
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    }

    private static InetSocketAddress address(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException unknown) {
            throw new TypeConversionException("there is no host '" + host + "'");
        }
    }

    private static int port(String text, int lowest) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
        if (port < lowest || port > HIGHEST_PORT) {
            throw new TypeConversionException("'" + text + "' is not a port, " + lowest + " to " + HIGHEST_PORT);
        }
        return port;
    }

    /** Writes an address as {@link Remote} reads it. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
