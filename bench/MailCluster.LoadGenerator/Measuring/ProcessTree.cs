using System.Globalization;

namespace MailCluster.LoadGenerator.Measuring;

/// <summary>A server's processes, by the parent links in /proc: what they use is summed, also of those that ended meanwhile.</summary>
internal sealed class ProcessTree(int root)
{
    /// <summary>The kernel's clock tick; 100 on every Linux of today.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of all living processes and of the ended ones that their parents have waited for.</summary>
    public double CpuSeconds()
    {
        long ticks = 0;
        foreach (var process in Members())
        {
            ticks += process.Ticks;
        }
        return ticks / TicksPerSecond;
    }

    /// <summary>Proportional set size of all processes together, in KiB.</summary>
    public long PssKiB()
    {
        long sum = 0;
        foreach (var process in Members())
        {
            sum += Pss(process.Id);
        }
        return sum;
    }

    public int Count() => Members().Count;

    private static long Pss(int id)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{id}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(4, line.Length - 7).Trim(), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (IOException)
        {
            return 0; // It ended meanwhile.
        }
        catch (UnauthorizedAccessException)
        {
            return 0; // Another user's; counts only for root.
        }
        return 0;
    }

    private List<Entry> Members()
    {
        var all = new List<Entry>(256);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Read(id) is { } entry)
            {
                all.Add(entry);
            }
        }
        var members = new HashSet<int> { root };
        // Parents have mostly lower numbers than their children; the loop ends when a pass adds none.
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var entry in all)
            {
                grown |= members.Contains(entry.Parent) && members.Add(entry.Id);
            }
        }
        all.RemoveAll(entry => !members.Contains(entry.Id));
        return all;
    }

    private static Entry? Read(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            // The name stands in brackets and may hold blanks: fields are counted behind it, from 3 on (proc(5)).
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            return new Entry(id, (int)Field(4), Field(14) + Field(15) + Field(16) + Field(17));
        }
        catch (IOException)
        {
            return null; // It ended meanwhile.
        }
    }

    private sealed record Entry(int Id, int Parent, long Ticks);
}
