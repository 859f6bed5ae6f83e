using System.Globalization;
using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>
/// What a client has been told about its folder, kept as RFC 9051 wants it kept: each line must fit what was told before it. A number out of range, a number that
/// names another message than before, a UID out of order or given again, or a mod-sequence that goes back is a failure at once.
/// </summary>
/// <param name="who">For the failure's text.</param>
internal sealed partial class FolderView(string who)
{
    private readonly List<Seen> _messages = [];
    private readonly List<string> _told = [];
    private uint _greatest;

    public int Count => _messages.Count;

    /// <summary>The number of the first message whose UID was not told; 0 = there is none.</summary>
    public int FirstUnnamed => _messages.FindIndex(message => message.Uid == 0) + 1;

    public IEnumerable<uint> Uids => _messages.Select(message => message.Uid).Where(uid => uid != 0);

    /// <summary>For the answer to <c>SELECT</c>: nothing of before counts.</summary>
    public void Forget()
    {
        _messages.Clear();
        _greatest = 0;
    }

    /// <param name="line">An untagged line.</param>
    /// <param name="command">The command under way; empty for none.</param>
    public void Apply(ImapLine line, string command)
    {
        _told.Add($"{command} -> {line.Text}");
        if (_told.Count > 60)
            _told.RemoveAt(0);
        if (Number().Match(line.Text) is not { Success: true } match)
        {
            Demand(!line.Text.StartsWith("* VANISHED", StringComparison.Ordinal), "VANISHED without QRESYNC");
            return;
        }

        var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        switch (match.Groups[2].Value)
        {
            case "EXISTS":
                Demand(number >= _messages.Count, $"EXISTS {number} after {_messages.Count} without EXPUNGE");
                while (_messages.Count < number)
                    _messages.Add(new Seen(_greatest));
                break;
            case "EXPUNGE":
                Demand(number >= 1 && number <= _messages.Count, $"EXPUNGE {number} of {_messages.Count}");
                // RFC 9051 §7.5.1: not while no command is under way, nor during these, whose numbers would change under the client.
                Demand(command.Length > 0 && !NumbersMustStay().IsMatch(command), $"EXPUNGE during '{command}'");
                _messages.RemoveAt(number - 1);
                break;
            case "FETCH":
                Fetched(number, line.Text);
                break;
        }
    }

    /// <summary>Whether it shows just these messages; flags only of those whose flags were told.</summary>
    public bool Shows(IReadOnlyList<(uint Uid, string Flags)> truth) =>
        truth.Count == _messages.Count
        && _messages.Zip(truth).All(pair => (pair.First.Uid == 0 || pair.First.Uid == pair.Second.Uid) && (pair.First.Flags ?? pair.Second.Flags) == pair.Second.Flags);

    public override string ToString() =>
        $"{who} sees {string.Join(' ', _messages.Select(message => $"{message.Uid}({message.Flags})"))}; told last:\n{string.Join('\n', _told)}";

    /// <summary>Flags in one order, and without \Recent.</summary>
    public static string Normal(string flags) => string.Join(' ', flags.Split(' ').Where(flag => flag != "\\Recent").Order(StringComparer.Ordinal));

    private void Fetched(int number, string text)
    {
        Demand(number >= 1 && number <= _messages.Count, $"FETCH {number} of {_messages.Count}");
        var message = _messages[number - 1];
        if (UidItem().Match(text) is { Success: true } item)
        {
            var uid = uint.Parse(item.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            Demand(message.Uid == 0 || message.Uid == uid, $"{number} was UID {message.Uid} and is {uid}");
            if (message.Uid == 0)
                Name(number - 1, uid);
        }

        if (ModSeqItem().Match(text) is { Success: true } modseq)
        {
            var value = long.Parse(modseq.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            Demand(value >= message.ModSeq, $"mod-sequence of {number} goes back from {message.ModSeq} to {value}");
            message.ModSeq = value;
        }

        if (FlagsItem().Match(text) is { Success: true } flags)
            message.Flags = Normal(flags.Groups[1].Value);
    }

    private void Name(int index, uint uid)
    {
        var before = _messages.Take(index).LastOrDefault(message => message.Uid != 0)?.Uid ?? 0;
        var after = _messages.Skip(index + 1).FirstOrDefault(message => message.Uid != 0)?.Uid ?? uint.MaxValue;
        Demand(before < uid && uid < after, $"UID {uid} between {before} and {after}");
        Demand(uid > _messages[index].Floor, $"UID {uid} of a message that came after UID {_messages[index].Floor}");
        _messages[index].Uid = uid;
        _greatest = Math.Max(_greatest, uid);
    }

    private void Demand(bool holds, string what) => Assert.True(holds, $"{what}: {this}");

    /// <param name="floor">The greatest UID that was told when it came.</param>
    private sealed class Seen(uint floor)
    {
        public uint Floor => floor;

        public uint Uid { get; set; }

        public long ModSeq { get; set; }

        public string? Flags { get; set; }
    }

    [GeneratedRegex(@"^\* (\d+) (EXISTS|EXPUNGE|FETCH)\b")]
    private static partial Regex Number();

    [GeneratedRegex("^(FETCH|STORE|SEARCH) ")]
    private static partial Regex NumbersMustStay();

    [GeneratedRegex(@"\bUID (\d+)\b")]
    private static partial Regex UidItem();

    [GeneratedRegex(@"\bMODSEQ \((\d+)\)")]
    private static partial Regex ModSeqItem();

    [GeneratedRegex(@"\bFLAGS \(([^)]*)\)")]
    private static partial Regex FlagsItem();
}
