using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailCluster.Storage;

/// <summary>
/// How long a writer that several callers use at a time lets the next group gather: half as long as a write takes, and a tenth of a millisecond at most. Not for one caller alone.
/// </summary>
/// <remarks>
/// Writing again at once is best for a caller by itself. Where several come all the time it makes many small groups, each of which costs the processor as much as a
/// large one, and the callers wait for the processor. While long writes are under way enough gather.
/// </remarks>
internal sealed partial class GroupPace
{
    private const double RestPart = 0.5;
    // A tenth of a millisecond.
    private static readonly long RestMax = Stopwatch.Frequency / 10_000;

    // Of the last writes the newest counts an eighth.
    private const int UsualShift = 3;

    private long _ended;
    private long _usual;
    private volatile bool _hasCompany;

    /// <summary>Several callers write: others came while the last group was written, or it was of more than one.</summary>
    public bool HasCompany => _hasCompany;

    /// <summary>When the next group may be written, in ticks of <see cref="Stopwatch"/>.</summary>
    public long RestEnds => _hasCompany ? _ended + Math.Min((long)(_usual * RestPart), RestMax) : 0;

    /// <summary>A group was written. One thread at a time.</summary>
    /// <param name="count">Requests in it.</param>
    /// <param name="begun">When, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="isFollowed">Others came meanwhile.</param>
    public void Wrote(int count, long begun, bool isFollowed)
    {
        _ended = Stopwatch.GetTimestamp();
        _usual += (_ended - begun - _usual) >> UsualShift;
        _hasCompany = isFollowed || count > 1;
    }

    /// <summary>Sleeps until the next group may be written.</summary>
    public void Rest()
    {
        var left = RestEnds - Stopwatch.GetTimestamp();
        if (left <= 0)
            return;
        if (OperatingSystem.IsWindows())
        {
            Thread.Yield();
            return;
        }

        // .NET waits in milliseconds.
        _ = nanosleep(new TimeSpec { Nanoseconds = left * (1_000_000_000 / Stopwatch.Frequency) }, 0);
    }

    [LibraryImport("libc")]
    private static partial int nanosleep(in TimeSpec time, nint left);

    /// <summary><c>struct timespec</c> of 64-bit systems.</summary>
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
