/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

/**
 * Error numbers of the hypercall ABI (xen.md 1.3). A hypercall that fails returns one of them, negated, in X0.
 */
public final class XenError {
    /** The caller may not do this. */
    public static final int EPERM = 1;
    /** There is no such thing. */
    public static final int ENOENT = 2;
    /** There is no such domain. */
    public static final int ESRCH = 3;
    /** Input or output failed. */
    public static final int EIO = 5;
    /** The address is not one at which the thing can be. */
    public static final int ENXIO = 6;
    /** Too much. */
    public static final int E2BIG = 7;
    /** The handle is not open. */
    public static final int EBADF = 9;
    /** Try again. */
    public static final int EAGAIN = 11;
    /** There is no memory for it. */
    public static final int ENOMEM = 12;
    /** The thing does not allow it. */
    public static final int EACCES = 13;
    /** A guest handle cannot be read or written. */
    public static final int EFAULT = 14;
    /** The thing is in use. */
    public static final int EBUSY = 16;
    /** The thing exists already. */
    public static final int EEXIST = 17;
    /** The two do not belong together. */
    public static final int EXDEV = 18;
    /** There is no such device. */
    public static final int ENODEV = 19;
    /** An argument is not valid. */
    public static final int EINVAL = 22;
    /** There is no room left. */
    public static final int ENOSPC = 28;
    /** The thing is read-only. */
    public static final int EROFS = 30;
    /** Too many links. */
    public static final int EMLINK = 31;
    /** An argument is out of its domain. */
    public static final int EDOM = 33;
    /** A result is out of range. */
    public static final int ERANGE = 34;
    /** It would wait for itself. */
    public static final int EDEADLK = 35;
    /** There is no such operation. */
    public static final int ENOSYS = 38;
    /** There is no data. */
    public static final int ENODATA = 61;
    /** A timer ran out. */
    public static final int ETIME = 62;
    /** A value does not fit. */
    public static final int EOVERFLOW = 75;
    /** A sequence of bytes is not valid. */
    public static final int EILSEQ = 84;
    /** The operation is not possible here. */
    public static final int EOPNOTSUPP = 95;
    /** The buffer is too small. */
    public static final int ENOBUFS = 105;
    /** It took too long. */
    public static final int ETIMEDOUT = 110;

    private XenError() {}
}
