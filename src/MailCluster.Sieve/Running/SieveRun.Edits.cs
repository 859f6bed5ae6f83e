using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>Edits of the message (RFC 5293, RFC 5703 §5 to §7): later tests and actions see the edited one, those before have the old one.</summary>
internal sealed partial class SieveRun
{
    /// <summary>UTF-16 units of a header field's value.</summary>
    private const int FieldCharactersMax = 16 * 1024;

    private int _edits;

    private void CountEdit()
    {
        if (++_edits > _limits.EditsMax)
            throw SieveRunException.Limit($"the message is edited more than {_limits.EditsMax} times");
    }

    private void AddHeader(ScriptFrame frame)
    {
        var last = frame.Reader.ReadInt() != 0;
        var name = FieldName(frame, frame.Reader.ReadInt());
        var value = Text(frame, frame.Reader.ReadInt());
        if (IsProtected(frame, name, List(frame, frame.Reader.ReadInt())))
            return;
        if (value.Length > FieldCharactersMax)
            throw SieveRunException.Limit($"the value of the header field \"{name}\" is longer than {FieldCharactersMax} characters");
        CountEdit();
        _message = _message.AddHeader(name, value, last);
        Trace(frame, $"addheader \"{name}\" \"{value}\"");
    }

    private void DeleteHeader(ScriptFrame frame)
    {
        var spec = frame.Reader.ReadMatch();
        var last = ((HeaderBits)frame.Reader.ReadInt() & HeaderBits.Last) != 0;
        var index = frame.Reader.ReadOptional();
        var name = FieldName(frame, frame.Reader.ReadInt());
        var patterns = frame.Reader.ReadOptionalId();
        if (IsProtected(frame, name, List(frame, frame.Reader.ReadInt())))
            return;
        var fields = FieldsOf(_message.Root, name);
        var occurrences = new List<int>();
        for (var i = 0; i < fields.Count; i++)
        {
            if (index is { } number && number != (last ? fields.Count - i : i + 1))
                continue;
            if (patterns >= 0 && !Matches(frame, spec, fields[i].Text, patterns))
                continue;
            occurrences.Add(i);
        }

        Trace(frame, $"deleteheader \"{name}\": {occurrences.Count} of {fields.Count}");
        if (occurrences.Count == 0)
            return;
        CountEdit();
        _message = _message.DeleteHeaders(name, occurrences);
    }

    /// <summary>RFC 5293 §5: each field is compared by itself; wildcards set no variables.</summary>
    private bool Matches(ScriptFrame frame, MatchSpec spec, string value, int patterns)
    {
        _values.Clear();
        _values.Add(value);
        return Match(frame, spec, patterns, noVariables: true);
    }

    private string FieldName(ScriptFrame frame, int id)
    {
        var name = Text(frame, id);
        if (!ScriptCompiler.IsHeaderName(name))
            throw SieveRunException.Error($"\"{Shown(name)}\" is no name of a header field");
        return name;
    }

    private bool IsProtected(ScriptFrame frame, string name, string[] protectedFields)
    {
        if (!protectedFields.Contains(name, StringComparer.OrdinalIgnoreCase))
            return false;
        Trace(frame, $"the field \"{name}\" is not edited by scripts");
        return true;
    }

    private void Replace(ScriptFrame frame)
    {
        var bits = (ActionBits)frame.Reader.ReadInt();
        var subject = OptionalText(frame, frame.Reader.ReadOptionalId());
        var from = OptionalText(frame, frame.Reader.ReadOptionalId());
        var content = Text(frame, frame.Reader.ReadInt());
        CountEdit();
        var part = CurrentPart(frame);
        _message = _message.Replace(part, new SieveReplacement(content, (bits & ActionBits.Mime) != 0, subject, from));
        frame.Loop?.DropBelowCurrent();
        Trace(frame, $"replace by {content.Length} characters");
    }

    private void Enclose(ScriptFrame frame)
    {
        var subject = OptionalText(frame, frame.Reader.ReadOptionalId());
        var headers = OptionalList(frame, frame.Reader.ReadOptionalId());
        var text = Text(frame, frame.Reader.ReadInt());
        CountEdit();
        _message = _message.Enclose(new SieveEnclosure(text, subject, headers) { From = _envelope.To.Length > 0 ? _envelope.To : null, Date = Now });
        Trace(frame, $"enclose in {text.Length} characters");
    }

    private void ExtractText(ScriptFrame frame)
    {
        var modifiers = (Modifiers)frame.Reader.ReadInt();
        var slot = frame.Reader.ReadInt();
        var first = frame.Reader.ReadOptional();
        var max = (int)Math.Min(first ?? int.MaxValue, _limits.VariableCharactersMax);
        var text = CurrentPart(frame).ExtractText(max);
        _work.Spend(1 + (text.Length >> 8));
        var value = VariableModifiers.Apply(text, modifiers);
        SetVariable(frame, slot, value);
        Trace(frame, $"extracttext {frame.Program.Variables[slot].Name} = \"{value}\"");
    }
}
