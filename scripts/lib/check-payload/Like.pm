# SPDX-License-Identifier: MIT
#
# Are the functions of a payload those of a kernel that somebody else has made of the
# same source? The same bytes but for relocations, and each of those to what has the
# same name, or to the same text.
package Like;
use strict;
use warnings;
use integer;

use Elf;
use Payload;
use Shipped;

# {space+offset} = names of what stands there
sub names_at
{
	my ($s) = @_;
	my %at;

	# A sum is signed, and what was read is not.
	for my $name (keys %{$s->{names}}) {
		push @{$at{"@$_"}}, Elf::base_name($name)
			for map { Shipped::plus($_, 0) } Shipped::named($s, $name);
	}
	return \%at;
}

# references(SECTION, START, SIZE): of the payload: {offset} = [type, name, addend] or, for
# a constant of its own, [type, undef, 0, section, offset]
sub references
{
	my ($sec, $start, $size) = @_;
	my %found;

	for my $r (Elf::relas_in($sec, $start, $size)) {
		my ($to, $at) = Elf::target($r);
		my $bias = Elf::bias($sec, $r);
		my $sym = $to ? Elf::covering($to, $at + $bias) : undef;

		$found{$r->{offset} - $start} =
			!$to ? [$r->{type}, $r->{sym}{name}, $at] :
			$sym ? [$r->{type}, $sym->{name}, $at - $sym->{value}] :
			       [$r->{type}, undef, 0, $to, $at + $bias, $bias];
	}
	for my $at (grep { $_ >= $start && $_ < $start + $size } keys %{$sec->{moved} || {}}) {
		my $m = $sec->{moved}{$at};

		$found{$at - $start} = [$m->{type}, $m->{name}, $m->{addend}];
	}
	return \%found;
}

sub check_reference
{
	my ($s, $names, $place, $ref) = @_;
	my ($type, $name, $addend, $sec, $at, $bias) = @$ref;
	my $read = Shipped::reading($s, $place, { type => $type });
	my ($there, $text);

	return 'nothing of the kind there' unless $read;
	if (defined $name) {
		$there = Shipped::plus($read, -$addend);
		return undef if $there->[0] eq "U:$name" && !$there->[1];
		return undef if grep { $_ eq Elf::base_name($name) } @{$names->{"@$there"} || []};
		return "$name, and " . join('/', @{$names->{"@$there"} || ['another place']}) .
		       ' there';
	}
	# Tables without a name have relocations of their own, which differ.
	return undef unless $sec->{name} =~ /\.str1\.\d/;
	$text = Elf::text_at($sec->{data}, $at) . "\0";
	$there = Shipped::bytes($s, Shipped::plus($read, $bias), length $text);
	return defined $there && $there eq $text ? undef : 'another string there';
}

sub compare
{
	my ($s, $names, $record) = @_;
	my ($mine) = grep { $_->{type} == Elf::FUNC && $_->{value} == $record->{offset} }
		     Elf::things($record->{sec});
	my ($addr, $why) = Shipped::resolve($s, $record->{name}, 0);
	my ($refs, $x, $y, @wrong);

	return "$record->{name}: $why" unless $addr;
	$refs = references($record->{sec}, $record->{offset}, $mine->{size});
	$x = substr($record->{sec}{data}, $record->{offset}, $mine->{size});
	$y = Shipped::bytes($s, $addr, $mine->{size});
	$s->{compared} += keys %$refs;
	for my $at (sort { $a <=> $b } keys %$refs) {
		my $width = $Elf::WIDTH{$refs->{$at}[0]};
		my $found = check_reference($s, $names, Shipped::plus($addr, $at), $refs->{$at});

		push @wrong, sprintf('%s+%#x: %s', $record->{name}, $at, $found) if $found;
		substr($_, $at, $width, "\0" x $width) for $x, $y;
	}
	unshift @wrong, "$record->{name}: other bytes" if $x ne $y;
	return @wrong;
}

# check(KO, SHIPPED): findings
sub check
{
	my ($ko, $s) = @_;
	my $names = names_at($s);
	my @records = Payload::records($ko);
	my @wrong = map { compare($s, $names, $_) } @records;

	printf "%s: %d functions and %d references compared with what was shipped, %d findings\n",
	       $ko->{path}, scalar(@records), $s->{compared}, scalar(@wrong);
	return @wrong;
}

1;
