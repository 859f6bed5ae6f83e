using System.Collections.Immutable;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>imap4flags (RFC 5232): the internal variable and those of the script.</summary>
internal sealed partial class SieveRun
{
    private ImmutableArray<string> _flags;

    /// <summary>The flags of an action: those it was given, else those of the internal variable.</summary>
    private ImmutableArray<string> FlagsOf(ScriptFrame frame, int listOrNone) => listOrNone < 0 ? _flags : Add([], List(frame, listOrNone));

    private void ChangeFlags(ScriptFrame frame)
    {
        var change = (FlagChange)frame.Reader.ReadInt();
        var variable = frame.Reader.ReadOptionalId();
        var given = List(frame, frame.Reader.ReadInt());
        var old = change == FlagChange.Set ? [] : variable < 0 ? _flags : FlagList.Add([], Variable(frame, variable), _limits.FlagsMax);
        var flags = change == FlagChange.Remove ? given.Aggregate(old, FlagList.Remove) : Add(old, given);
        if (variable < 0)
            _flags = flags;
        else
            SetVariable(frame, variable, string.Join(' ', flags));
        Trace(frame, $"flags:{Shown(flags)}");
    }

    private ImmutableArray<string> Add(ImmutableArray<string> flags, string[] given)
    {
        foreach (var text in given)
        {
            _work.Spend(1 + (text.Length >> 4));
            flags = FlagList.Add(flags, text, _limits.FlagsMax);
        }

        return flags;
    }
}
