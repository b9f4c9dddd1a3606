package io.kubeqat.simulator;

/// A write that has entered the kernel and stays there: the moment at which to end the program that wrote.
public final class HeldWrite {
    private final Object monitor;
    private State state = State.EXPECTED;

    private enum State {
        EXPECTED,
        HELD,
        LET_GO,
        DROPPED
    }

    /// @param monitor the lock every system call runs under; given up while one of them waits
    HeldWrite(Object monitor) {
        this.monitor = monitor;
    }

    /// Waits until some program has made the write.
    ///
    /// @throws InterruptedException if this thread is told to end before
    public void await() throws InterruptedException {
        synchronized (monitor) {
            while (state == State.EXPECTED) {
                monitor.wait();
            }
        }
    }

    /// {@return whether some program has made the write, and it has neither been let go nor dropped}
    public boolean isHeld() {
        synchronized (monitor) {
            return state == State.HELD;
        }
    }

    /// Lets it do its work, then return.
    public void letGo() {
        end(State.LET_GO);
    }

    /// Lets it return (EIO) without having done anything, as if the program had ended before it.
    public void drop() {
        end(State.DROPPED);
    }

    private void end(State end) {
        synchronized (monitor) {
            state = end;
            monitor.notifyAll();
        }
    }

    /// What the write does in the kernel.
    ///
    /// @return whether it may do its work
    boolean stay() {
        boolean interrupted = false;
        boolean works;
        synchronized (monitor) {
            state = state == State.EXPECTED ? State.HELD : state;
            monitor.notifyAll();
            while (state == State.HELD) {
                try {
                    monitor.wait();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            works = state == State.LET_GO;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return works;
    }
}
