using System.Collections.Immutable;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Compilation;

/// <summary>Strings of the source become constants, or templates where they have variables (RFC 5229 §3).</summary>
internal sealed partial class ScriptCompiler
{
    private readonly HashSet<string> _globals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locals = new(StringComparer.Ordinal);

    /// <summary>The operand of a string.</summary>
    internal int String(StringNode node)
    {
        var pieces = Pieces(node);
        if (pieces.IsEmpty)
            return Code.Constant("");
        return pieces is [{ Kind: PieceKind.Text } only] ? only.Value << 1 : Code.Template(pieces);
    }

    internal int? OptionalString(StringNode? node) => node is { } given ? String(given) : null;

    /// <summary>The operand of a list.</summary>
    internal int Strings(StringListNode node) => Code.List([.. node.Strings.Select(String)]);

    internal int? OptionalStrings(StringListNode? node) => node is null ? null : Strings(node);

    /// <summary>The string if it has no variables, else null: for checks that can be made early.</summary>
    internal string? TryConstant(StringNode node)
    {
        var text = Decode(node, tell: false);
        return Extensions.Has("variables") && VariableReference.HasAny(text) ? null : text;
    }

    /// <summary>The string, which must have no variables; null after an error.</summary>
    internal string? ConstantOf(StringNode node, string what)
    {
        var text = TryConstant(node);
        if (text is null)
            Diagnostics.Error(node.Offset, $"{what} cannot hold variables", "write it out");
        return text;
    }

    /// <summary>Declares variables as shared with other scripts (RFC 6609 §3.4.1).</summary>
    internal void DeclareGlobal(StringNode node)
    {
        if (ConstantOf(node, "the name of a variable") is not { } name)
            return;
        if (!VariableReference.IsIdentifier(name))
            Diagnostics.Error(node.Offset, $"\"{name}\" is no name for a variable", "names are made of letters, digits and _, and begin with no digit");
        else if (_locals.Contains(name.ToLowerInvariant()))
            Diagnostics.Error(node.Offset, $"the variable \"{name}\" was set before it is declared global", "move 'global' above the first 'set'");
        else
            _globals.Add(name.ToLowerInvariant());
    }

    /// <summary>The variable that a command writes to; null after an error.</summary>
    internal int? WritableVariable(StringNode node)
    {
        if (ConstantOf(node, "the name of a variable") is not { } name)
            return null;
        if (VariableReference.TryParse(name, out var reference) && reference.MatchNumber is null)
        {
            if (reference.Namespace is null)
                return Variable(reference.Name, isWritten: true);
            if (reference.Namespace == "global" && VariableReference.IsIdentifier(reference.Name) && Extensions.TryUse("include"))
                return Code.Variable(reference.Name, true);
        }

        Diagnostics.Error(
            node.Offset,
            $"\"{name}\" is no variable that can be set",
            name.StartsWith("global.", StringComparison.OrdinalIgnoreCase) && !Extensions.Has("include") ? Extensions.HowToEnable("include") : "names are made of letters, digits and _, and begin with no digit");
        return null;
    }

    private int Variable(string lowerName, bool isWritten)
    {
        var isGlobal = _globals.Contains(lowerName);
        if (isWritten && !isGlobal)
            _locals.Add(lowerName);
        return Code.Variable(lowerName, isGlobal);
    }

    private ImmutableArray<Piece> Pieces(StringNode node)
    {
        var text = Decode(node, tell: true);
        if (!Extensions.Has("variables"))
            return text.Length == 0 ? [] : [new Piece(PieceKind.Text, Code.ConstantIndex(text))];
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var textFrom = 0;
        for (var at = 0; (at = text.IndexOf("${", at, StringComparison.Ordinal)) >= 0;)
        {
            if (!VariableReference.TryRead(text, at, out var reference, out var end))
            {
                at += 2;
                continue;
            }

            Extensions.Use("variables");
            if (at > textFrom)
                pieces.Add(new Piece(PieceKind.Text, Code.ConstantIndex(text[textFrom..at])));
            if (Piece(node, reference) is { } piece)
                pieces.Add(piece);
            at = textFrom = end;
        }

        if (textFrom < text.Length)
            pieces.Add(new Piece(PieceKind.Text, Code.ConstantIndex(text[textFrom..])));
        return pieces.ToImmutable();
    }

    private Piece? Piece(StringNode node, VariableReference reference)
    {
        if (reference.MatchNumber is { } number)
        {
            if (number <= ProgramVerifier.MatchVariableMax)
                return new Piece(PieceKind.Match, number);
            Diagnostics.Error(node.Offset, $"the match variable ${{{number}}} is out of range", $"the last one is ${{{ProgramVerifier.MatchVariableMax}}}");
            return null;
        }

        switch (reference.Namespace)
        {
            case null:
                return new Piece(PieceKind.Variable, Variable(reference.Name, isWritten: false));
            case "global" when VariableReference.IsIdentifier(reference.Name) && Extensions.TryUse("include"):
                return new Piece(PieceKind.Variable, Code.Variable(reference.Name, true));
            case "env" when Extensions.TryUse("vnd.dovecot.environment"):
                return new Piece(PieceKind.Environment, Code.ConstantIndex(reference.Name.Replace('_', '-')));
            default:
                Diagnostics.Error(
                    node.Offset,
                    $"no extension that is required has variables ${{{reference.Namespace}.…}}",
                    reference.Namespace switch { "global" => Extensions.HowToEnable("include"), "env" => Extensions.HowToEnable("vnd.dovecot.environment"), _ => null });
                return null;
        }
    }

    private string Decode(StringNode node, bool tell)
    {
        if (!Extensions.Has("encoded-character") || !node.Text.Contains("${", StringComparison.Ordinal))
            return node.Text;
        var decoded = EncodedCharacters.Decode(node.Text, out var error);
        if (!ReferenceEquals(decoded, node.Text))
            Extensions.Use("encoded-character");
        if (error is not null && tell)
            Diagnostics.Error(node.Offset, error, null);
        return decoded;
    }
}
