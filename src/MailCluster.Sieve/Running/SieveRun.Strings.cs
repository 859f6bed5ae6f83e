using System.Globalization;
using System.Text;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>Strings with variables (RFC 5229), and the variables.</summary>
internal sealed partial class SieveRun
{
    private readonly StringBuilder _builder = new();
    private Dictionary<string, string>? _globals;
    private long _variableCharacters;
    private int _variableCount;

    /// <summary>The value of a string operand.</summary>
    private string Text(ScriptFrame frame, int id)
    {
        var program = frame.Program;
        if ((id & 1) == 0)
            return program.Constants[id >> 1];
        var pieces = program.Templates[id >> 1].Pieces;
        if (pieces.Length == 1)
            return Cut(Piece(frame, pieces[0]));
        _builder.Clear();
        foreach (var piece in pieces)
        {
            var text = Piece(frame, piece);
            var room = _limits.VariableCharactersMax - _builder.Length;
            _builder.Append(Cut(text, room));
        }

        _work.Spend(1 + (_builder.Length >> 8));
        return _builder.ToString();
    }

    private string? OptionalText(ScriptFrame frame, int idOrNone) => idOrNone < 0 ? null : Text(frame, idOrNone);

    /// <summary>The values of a list operand. Lists of constants are the program's own.</summary>
    private string[] List(ScriptFrame frame, int id)
    {
        if (frame.Program.ConstantLists[id] is { } constants)
            return constants;
        var ids = frame.Program.Lists[id];
        var strings = new string[ids.Length];
        for (var i = 0; i < ids.Length; i++)
            strings[i] = Text(frame, ids[i]);
        return strings;
    }

    private string[] OptionalList(ScriptFrame frame, int idOrNone) => idOrNone < 0 ? [] : List(frame, idOrNone);

    private string Piece(ScriptFrame frame, Piece piece)
    {
        switch (piece.Kind)
        {
            case PieceKind.Text:
                return frame.Program.Constants[piece.Value];
            case PieceKind.Variable:
                return Variable(frame, piece.Value);
            case PieceKind.Match:
                if (piece.Value >= frame.Captures.Length)
                    return "";
                var (start, length) = frame.Captures[piece.Value];
                return length == 0 ? "" : frame.CaptureSource.Substring(start, length);
            default:
                return Environment(frame.Program.Constants[piece.Value]) ?? "";
        }
    }

    private string Variable(ScriptFrame frame, int slot)
    {
        var variable = frame.Program.Variables[slot];
        return variable.IsGlobal ? _globals?.GetValueOrDefault(variable.Name) ?? "" : frame.Local(slot);
    }

    /// <summary>Sets a variable; a value that is too long is cut (RFC 5229 §6).</summary>
    private void SetVariable(ScriptFrame frame, int slot, string value)
    {
        value = Cut(value);
        var variable = frame.Program.Variables[slot];
        string? old;
        if (variable.IsGlobal)
        {
            _globals ??= new Dictionary<string, string>(StringComparer.Ordinal);
            _globals.TryGetValue(variable.Name, out old);
            _globals[variable.Name] = value;
        }
        else
        {
            old = frame.SetLocal(slot, value);
        }

        if (old is null && ++_variableCount > _limits.VariablesMax)
            throw SieveRunException.Limit($"more than {_limits.VariablesMax} variables are set");
        _variableCharacters += value.Length - (old?.Length ?? 0);
        if (_variableCharacters > _limits.VariableCharactersTotalMax)
            throw SieveRunException.Limit($"variables hold more than {_limits.VariableCharactersTotalMax} characters");
    }

    private void Set(ScriptFrame frame)
    {
        var modifiers = (Modifiers)frame.Reader.ReadInt();
        var slot = frame.Reader.ReadInt();
        var value = VariableModifiers.Apply(Text(frame, frame.Reader.ReadInt()), modifiers);
        SetVariable(frame, slot, value);
        Trace(frame, $"set {frame.Program.Variables[slot].Name} = \"{value}\"");
    }

    private string Cut(string text) => Cut(text, _limits.VariableCharactersMax);

    /// <summary>No more than so many UTF-16 units, and no half of a pair.</summary>
    private static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>RFC 5183 §4.1 with the items that need no host.</summary>
    private string? Environment(string name)
    {
        var item = name.ToLowerInvariant();
        return _host.EnvironmentItem(item) ?? item switch
        {
            "name" => "MailCluster",
            "version" => typeof(SieveRun).Assembly.GetName().Version?.ToString(3),
            "location" => "MDA",
            "phase" => "during",
            "vnd.dovecot.default-mailbox" => "INBOX",
            "imap.user" or "imap.email" => "", // RFC 6785 §4.2: at a delivery
            _ => null,
        };
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
