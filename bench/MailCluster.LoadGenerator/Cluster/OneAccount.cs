using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Rows;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Cluster;

/// <summary>One client with one account of a cluster: what a command takes, wherever the account is, and how long it waits when its node dies or it moves.</summary>
internal sealed class OneAccount : IDisposable
{
    private const int Messages = 200;
    private const string Two = "two";

    private readonly ImapClient _imap;
    private readonly ArrayBufferWriter<byte> _batch = new(8192);
    private int _next;

    /// <param name="imap">A node.</param>
    /// <param name="account">Gets a folder of 200 messages, if it has none.</param>
    /// <param name="password">Of the account.</param>
    public OneAccount(IPEndPoint imap, string account, string password)
    {
        _imap = new ImapClient(imap, tls: false);
        _imap.Login(account, password);
        Folders.Fill(_imap, Two, Messages, Messages);
        _imap.Run($"SELECT {Two}");
    }

    /// <summary>A line for each command: its name, how many there were, p50 and p99 in milliseconds.</summary>
    public string Latency(TimeSpan each)
    {
        var message = MessageMill.Make(1, Folders.MessageSize);
        (string Name, Action Run)[] commands =
        [
            ("NOOP", () => _imap.Run("NOOP")),
            ("STORE", Store),
            ("FETCH flags", () => _imap.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH {Number()} (UID FLAGS)"))),
            ("FETCH body", () => _imap.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH {Number()} (BODY.PEEK[])"))),
            ("APPEND", () => Append(message)),
        ];
        return string.Join('\n', commands.Select(command => $"{command.Name},{Measure(command.Run, each)}"));
    }

    /// <summary>Milliseconds from kill -9 of the process to the answer of the next command that changes something.</summary>
    public string TakeOver(int process)
    {
        Store();
        using var owner = Process.GetProcessById(process);
        var begun = Stopwatch.GetTimestamp();
        owner.Kill();
        Store();
        return Milliseconds(Stopwatch.GetTimestamp() - begun);
    }

    /// <summary>The longest of many, one after the other, in milliseconds.</summary>
    public string Pause(TimeSpan time)
    {
        var longest = 0L;
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < time;)
        {
            var sent = Stopwatch.GetTimestamp();
            Store();
            longest = Math.Max(longest, Stopwatch.GetTimestamp() - sent);
        }
        return Milliseconds(longest);
    }

    public void Dispose() => _imap.Dispose();

    private static string Milliseconds(long ticks) => (ticks * 1000.0 / Stopwatch.Frequency).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Measure(Action run, TimeSpan time)
    {
        var ticks = new List<long>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < time * 1.25;)
        {
            var sent = Stopwatch.GetTimestamp();
            run();
            // The first quarter warms up.
            if (Stopwatch.GetElapsedTime(begun) >= time / 4)
            {
                ticks.Add(Stopwatch.GetTimestamp() - sent);
            }
        }
        ticks.Sort();
        return ticks.Count == 0 ? "0,," : $"{ticks.Count},{Milliseconds(ticks[(ticks.Count - 1) / 2])},{Milliseconds(ticks[(int)((ticks.Count - 1) * 0.99)])}";
    }

    /// <summary>Changes something each time.</summary>
    private void Store()
    {
        var sign = _next / Messages % 2 == 0 ? '+' : '-';
        _imap.Run(string.Create(CultureInfo.InvariantCulture, $"STORE {Number()} {sign}FLAGS (\\Flagged)"));
    }

    private int Number() => (_next++ % Messages) + 1;

    private void Append(byte[] message)
    {
        _batch.ResetWrittenCount();
        var tag = _imap.NextTag();
        Folders.Write(_batch, $"A{tag} APPEND INBOX {{{message.Length}+}}\r\n");
        _batch.Write(message);
        _batch.Write("\r\n"u8);
        _imap.SendRaw(_batch.WrittenSpan);
        _imap.Finish(tag);
    }
}
