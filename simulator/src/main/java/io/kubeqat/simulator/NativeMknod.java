package io.kubeqat.simulator;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// mknod(2) and chmod(2): Java cannot make device nodes. Not mknod(1): that program looks into `/sys` for SELinux, and where `/sys` is the simulated tree its
/// question would wait for the very write that waits for the program.
final class NativeMknod {
    private static final int CHARACTER_DEVICE = 0020000;
    private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();

    private final MethodHandle mknod = function("mknod", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
    private final MethodHandle chmod = function("chmod", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"));
    }

    /// Makes a character device with these permissions, whatever the umask.
    ///
    /// @return 0, or the error number
    int mknod(Path path, int mode, long device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_LAYOUT);
            MemorySegment name = arena.allocateFrom(path.toString());
            int result = (int) mknod.invokeExact(state, name, CHARACTER_DEVICE | mode, device);
            if (result == 0) {
                result = (int) chmod.invokeExact(state, name, mode);
            }
            return result == 0 ? 0 : (int) ERRNO_LAYOUT.varHandle(PathElement.groupElement("errno")).get(state, 0L);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mknod cannot throw", e);
        }
    }
}
